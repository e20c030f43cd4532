"""What looks the same is the same; what looks alike but may not be is reported.

The same: letters composed or decomposed (NFC and NFD), ends of lines, blanks around; and, where both
occur, whole numbers with and without ``.0``, which is what pandas makes of a column with gaps.

Alike: case, blanks within, quotes around, zero-width characters, forms of a letter (full-width and the like).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection

import numpy as np

from argilla_distill.domain.given_json import NotGivenJson, is_whole, parsed
from argilla_distill.workers.engine.errors import BadValue

MISSING = {"nan", "none", "null", "n/a", "na", "#n/a", "<na>", "nat"}
"""How programs write that there is nothing."""

QUOTES = "\"'`\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e"

"""What may be around a name."""

SHORTENED = re.compile(r"-?\d(\.\d+)?[eE]\+\d+")
"""What spreadsheets and pandas make of numbers of many digits."""

MAX_REPORTED = 3
"""So many pairs that look alike are reported."""


def plain_text(text: str) -> str:
    """A text in the one way in which it is kept.

    >>> plain_text("cafe\\u0301\\r\\nau lait")
    'café\\nau lait'

    Raises
    ------
    BadValue : it has a NUL or half of a character in it, which nobody can have typed.
    """
    if "\0" in text:
        raise BadValue("there is a NUL character in it")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text
    if not is_whole(text):
        raise BadValue("it is no text: there is half of a character in it")
    return unicodedata.normalize("NFC", text)


def plain_name(text: str) -> str:
    """The same of a label or a name, without blanks around it."""
    return plain_text(text).strip()


def same_names(names: Collection[str]) -> dict[str, str]:
    """Whole numbers that occur with and without ``.0`` -> without it.

    >>> same_names(["1", "1.0", "2.0", "-0.0", "0"])
    {'1.0': '1', '-0.0': '0'}
    """
    found = {}
    for name in names:
        if name.endswith("0"):
            short = _without_point(name)
            if short != name and short in names:
                found[name] = short
    return found


def same_name(name: str, known: Collection[str]) -> str:
    """The one of the known names that this is, if it differs in ``.0`` only; else the name itself.

    >>> same_name("1.0", ["1"]), same_name("1", ["1.0"]), same_name("1.5", ["1"])
    ('1', '1.0', '1.5')
    """
    if name in known:
        return name
    short = _without_point(name)
    other = short if short != name else f"{name}.0"
    return other if other in known else name


def alike(names: Collection[str], key: Callable[[str], str] | None = None) -> list[tuple[str, ...]]:
    """Groups of different names that look alike.

    >>> alike(["yes", "Yes", "no", "n o", "maybe"])
    [('no', 'n o'), ('yes', 'Yes')]
    """
    key = key or look
    hashes = np.fromiter((hash(key(name)) for name in names), np.int64, len(names))
    hashes.sort()
    if not (hashes[1:] == hashes[:-1]).any():  # as usual: a million names are not kept twice
        return []
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(key(name), []).append(name)
    return sorted(tuple(group) for group in groups.values() if len(group) > 1)


def look(name: str) -> str:
    """What is left of a name for those who do not look closely.

    >>> look("Yes "), look('"yes"'), look("007")
    ('yes', 'yes', '007')
    """
    if not name.isascii():
        name = visible(unicodedata.normalize("NFKC", name))
    plain = "".join(name.split()).casefold()
    if plain[:1] in QUOTES:
        plain = plain.strip(QUOTES) or plain
    return plain


def visible(text: str) -> str:
    """A text without characters that are not seen, and with single blanks."""
    if not text.isascii():
        text = "".join(
            c for c in text if unicodedata.category(c) != "Cf" and c not in "\ufe0e\ufe0f"
        )
    return " ".join(text.split())


def notes_on_ids(what: str, names: Collection[str]) -> list[str]:
    """The same of names of records or annotators, which may be numbers that lost their last digits."""
    notes = notes_on_names(what, names)
    short = next((name for name in names if "+" in name and SHORTENED.fullmatch(name)), None)
    if short is not None:
        notes.append(
            f"{what} such as {shown(short)} are numbers of which digits were lost, perhaps by a "
            "spreadsheet: different ones may have become the same"
        )
    return notes


def notes_on_names(
    what: str, names: Collection[str], key: Callable[[str], str] | None = None
) -> list[str]:
    """Notes on names that look alike, or that may be no names."""
    notes = []
    groups = alike(names, key)
    if groups:
        pairs = "; ".join(" and ".join(map(shown, group[:4])) for group in groups[:MAX_REPORTED])
        more = "; …" if len(groups) > MAX_REPORTED else ""
        notes.append(f"{what} that look alike count as different: {pairs}{more}")
    missing = [shown(name) for name in names if len(name) <= 5 and name.casefold() in MISSING]
    if missing:
        notes.append(
            f"{', '.join(missing)} among the {what} may mean that nothing was there; it counts like "
            "any other"
        )
    return notes


def notes_on_several(kind: str, labels: Collection[str]) -> list[str]:
    """A note where labels look like several: lists, and labels with commas between others.

    >>> notes_on_several("multi_label", ["a", "b", "a, b"])
    ["the label 'a, b' looks like several; they are written a|b"]
    >>> notes_on_several("multi_label", ["New York, NY", "NY"]), notes_on_several("span", ["a", "b", "a;b"])
    ([], [])
    """
    for label in labels if kind == "label" else ():
        if (label[:1] + label[-1:] in ("[]", "{}")) and _is_json(label):
            return [f"the label {shown(label)} looks like several; see --type"]
    for label in labels if kind == "multi_label" else ():
        for sign in ",;/":
            parts = [part.strip() for part in label.split(sign)]
            if len(parts) > 1 and all(part in labels for part in parts):
                return [f"the label {shown(label)} looks like several; they are written a|b"]
    return []


def shown(name: str, most: int = 60) -> str:
    """A name in quotes, cut, with what cannot be seen in it written out."""
    name = name if len(name) <= most else f"{name[:most]}…"
    return "'" + "".join(c if c.isprintable() and c != "'" else _escaped(c) for c in name) + "'"


def _escaped(character: str) -> str:
    return "\\'" if character == "'" else character.encode("unicode_escape").decode()


def _is_json(text: str) -> bool:
    try:
        parsed(text, any_number=True)
    except NotGivenJson:
        return False
    return True


def _without_point(name: str) -> str:
    found = re.fullmatch(r"(-?\d+)\.0+", name)
    return name if found is None else "0" if found[1] == "-0" else found[1]
