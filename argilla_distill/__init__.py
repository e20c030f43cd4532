"""argilla-distill: learns who is right about what, and distils many answers into one label.

| room | what is in it |
| --- | --- |
| `strategies` | what a team needs to write a strategy of its own: the public promise |
| `domain` | pure thought that the web process and the workers share; it knows no library of either |
| `client` | versions from a notebook or a training script: `from argilla_distill import Client` |
| `plugin` | speaks to the world: Argilla, Redis, browsers, the environment |
| `workers` | everything outside the web process: jobs, use cases, command line, engine |
| `exports` | a version's rows in the forms that people read and train on |
| `temporary` | folders for temporary files, which go also where a process was killed |

`plugin` and `workers` are folders of the repository, linked here: so the installed product has one name.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argilla_distill.client import Client

__all__ = ["Client", "__version__"]

try:
    __version__ = version("argilla-distill")
except PackageNotFoundError:  # a bare checkout, not installed
    __version__ = "0+unknown"


def __getattr__(name: str) -> object:
    """`Client`, loaded when somebody asks for it: everything else needs no part of it."""
    if name == "Client":
        from argilla_distill.client import Client

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
