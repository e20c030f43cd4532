"""The command about tracing a fault.

| module | what it holds |
| --- | --- |
| `commands` | `trace` |
| `lines` | what it tells, for people and for scripts |
"""

from argilla_distill.workers.cli.tracing import commands

COMMANDS = commands.COMMANDS

__all__ = ["COMMANDS"]
