"""The commands that only look: `status`, `history`, `doctor`.

| module | what it holds |
| --- | --- |
| `commands` | the commands |
| `lines` | how they read |
| `documents` | the same as JSON |
"""

from argilla_distill.workers.cli.looking.commands import COMMANDS

__all__ = ["COMMANDS"]
