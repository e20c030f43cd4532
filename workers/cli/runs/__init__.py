"""The commands about runs.

| module | what it holds |
| --- | --- |
| `commands` | `run add`, `list`, `delete` |
"""

from argilla_distill.workers.cli.runs import commands

COMMANDS = commands.COMMANDS

__all__ = ["COMMANDS"]
