"""The name that was probably meant by one that there is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

CLOSE = 0.6
"""How much alike two names are for one to be proposed, as `difflib` measures it: 0 … 1."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one, whatever its case; None if none is like it.

    >>> nearest("publsh", ["tolerance", "publish"]), nearest("Publish", ["publish"]), nearest("x", ["y"])
    ('publish', 'publish', None)
    """
    by_folded = {each.casefold(): each for each in sorted(known)}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=CLOSE)
    return by_folded[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The question to be put behind an unknown name; empty where nothing is like it.

    >>> did_you_mean("publsh", ["publish"])
    ' (did you mean publish?)'
    """
    found = nearest(name, known)
    return f" (did you mean {found}?)" if found else ""


def or_which(name: str, known: Sequence[str]) -> str:
    """The same; where nothing is like it, which there are.

    >>> or_which("publsh", ["publish"]), or_which("x", ["learned-1", "prod"]), or_which("x", [])
    (' (did you mean publish?)', '; there are learned-1, prod', '; there is none yet')
    """
    every = f"; there are {', '.join(known)}" if known else "; there is none yet"
    return did_you_mean(name, known) or every
