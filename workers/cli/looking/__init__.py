"""The commands that only look: `status`, `annotators`, `history`, `doctor`.

| module | what it holds |
| --- | --- |
| `commands` | `status`, `history`, `doctor` |
| `annotators` | `annotators` |
| `lines` | how they read |
| `documents` | the same as JSON |
"""

from argilla_distill.workers.cli.looking import commands
from argilla_distill.workers.cli.looking.annotators import annotators

COMMANDS = (*commands.COMMANDS, annotators)

__all__ = ["COMMANDS"]
