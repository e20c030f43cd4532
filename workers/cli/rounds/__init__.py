"""The commands about rounds.

| module | what it holds |
| --- | --- |
| `commands` | `round start`, `end`, `cancel`, `list`, `status` |
| `printed` | a round as people and as scripts read it |
"""

from argilla_distill.workers.cli.rounds import commands

COMMANDS = commands.COMMANDS

__all__ = ["COMMANDS"]
