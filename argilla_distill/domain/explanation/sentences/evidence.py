"""Words of a record that speak for its label. Which words speak for which label is counted by the report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

MAX_WORDS = 3
"""So many words of a record are quoted."""

WORD = re.compile(r"[^\W\d_]{3,}")


def words_of(text: str) -> frozenset[str]:
    """The words of a text, each once, in lower case.

    >>> sorted(words_of("Thanks, it WORKS now: 24.90"))
    ['now', 'thanks', 'works']
    """
    return frozenset(WORD.findall(text.lower()))


def evidence(value: Any, text: str, telling: Mapping[str, Sequence[str]]) -> list[str]:
    """Words of a text that speak for a value: a label, or each of several.

    Parameters
    ----------
    telling : label → words that distinguish it from other labels, the most distinctive first.

    >>> evidence("yes", "Thanks, it works now.", {"yes": ("works", "thanks", "great")})
    ['works', 'thanks']
    """
    here = words_of(text)
    labels = value if isinstance(value, list) else [value]
    found = [w for label in labels for w in telling.get(str(label), ()) if w in here]
    return list(dict.fromkeys(found))[:MAX_WORDS]
