"""The commands about versions.

| module | what it holds |
| --- | --- |
| `commands` | `version create`, `list`, `show`, `verify`, `tag`, `delete` |
| `printed` | how these print versions |
| `twins` | `version twin`, and what the others tell of a twin |
| `pushing` | `version push` |
| `exporting` | `export` |
| `diff` | `version diff` |
| `comparing` | `compare` |
"""

from argilla_distill.workers.cli.versions import commands, comparing, exporting, pushing

commands.version.add_command(pushing.push)

COMMANDS = (*commands.COMMANDS, comparing.compare, *exporting.COMMANDS)

__all__ = ["COMMANDS"]
