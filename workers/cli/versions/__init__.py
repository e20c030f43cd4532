"""The commands about versions.

| module | what it holds |
| --- | --- |
| `commands` | `version create`, `list`, `show`, `verify`, `tag`, `delete` |
| `twins` | `version twin`, and what the others tell of a twin |
"""

from argilla_distill.workers.cli.versions.commands import COMMANDS

__all__ = ["COMMANDS"]
