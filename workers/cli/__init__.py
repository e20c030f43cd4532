"""The command line `argilla-distill`: one file, or room, per group of commands.

| room | what is in it |
| --- | --- |
| `main` | the entry point: settings, errors and exit codes, the same for every command |
| `operating`, `reviewing`, `guidelines`, `archiving`, `leaving` | commands that change something |
| `looking` | commands that only look |
| `versions` | commands about versions |
| `rounds` | commands about rounds |
| `runs` | commands about runs |
| `tracing` | `trace` |
| `running`, `offline` | the processes of the service; `aggregate`, which needs none |
| `context`, `datasets`, `alive`, `layout` | what they share: options, datasets by name, tables |
"""

from argilla_distill.workers.cli.main import main

__all__ = ["main"]
