"""argilla-distill: learns who is right about what, and distils many answers into one label.

| room | what is in it |
| --- | --- |
| `strategies` | what a team needs to write a strategy of its own: the public promise |
| `domain` | pure thought that the web process and the workers share; it knows no library of either |
| `plugin` | speaks to the world: Argilla, Redis, browsers, the environment |
| `workers` | everything outside the web process: jobs, use cases, command line, engine |

`plugin` and `workers` are folders of the repository, linked here: so the installed product has one name.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("argilla-distill")
except PackageNotFoundError:  # a bare checkout, not installed
    __version__ = "0+unknown"
