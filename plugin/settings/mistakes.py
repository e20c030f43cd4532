"""What is wrong with a setting, in our words: which one, what it must be, and what was probably meant.

pydantic finds the mistakes; its own messages name its types, and its input may be a secret. No value
is ever repeated here, but names of keys and variables are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from argilla_distill.domain.nearest import did_you_mean

Place = tuple[int | str, ...]
Name = Callable[[Place], str]
"""How the place of a mistake is called: a variable, or a key within a table of distill.toml."""
Known = Callable[[Place], Iterable[str]]
"""Which keys there are at the place of an unknown one, to find what was meant."""


def _plain(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: text


MESSAGES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": _plain("is not set"),
    "greater_than": lambda c: f"must be more than {_number(c['gt'])}",
    "greater_than_equal": lambda c: f"must be at least {_number(c['ge'])}",
    "less_than": lambda c: f"must be less than {_number(c['lt'])}",
    "less_than_equal": lambda c: f"must be at most {_number(c['le'])}",
    "literal_error": lambda c: f"must be one of {c['expected'].replace(chr(39), '')}",
    "string_pattern_mismatch": _plain("may have letters, digits, `_`, `.` and `-` only"),
    "string_too_short": _plain("must not be empty"),
    "value_error": lambda c: str(c["error"]),
    **dict.fromkeys(
        ("int_parsing", "int_type", "int_from_float", "int_parsing_size"),
        _plain("must be a whole number"),
    ),
    **dict.fromkeys(("float_parsing", "float_type", "finite_number"), _plain("must be a number")),
    **dict.fromkeys(("bool_parsing", "bool_type"), _plain("must be true or false")),
    **dict.fromkeys(("string_type", "string_unicode"), _plain("must be a text, in quotes")),
    **dict.fromkeys(("tuple_type", "list_type"), _plain('must be a list of texts: ["…", "…"]')),
    **dict.fromkeys(
        ("mapping_type", "dict_type", "model_type", "model_attributes_type"),
        _plain("must be a table of keys and values"),
    ),
}
"""What the kinds of mistakes that pydantic finds mean, from the context that it gives."""


def explain(error: ValidationError, name: Name, known: Known) -> str:
    """One clause for each mistake."""
    clauses = []
    for mistake in error.errors(include_input=False, include_url=False):
        kind, place = mistake["type"], mistake["loc"]
        if kind == "extra_forbidden":
            hint = did_you_mean(str(place[-1]), known(place))
            clauses.append(f"{name(place)}: is no setting{hint}")
            continue
        message = MESSAGES.get(kind, _plain("has a wrong value"))(mistake.get("ctx", {}))
        clauses.append(f"{name(place)}: {message}")
    return "; ".join(clauses)


def _number(value: float) -> str:
    """
    >>> _number(0.0), _number(10000), _number(0.5)
    ('0', '10000', '0.5')
    """
    return f"{value:g}" if value != int(value) else str(int(value))


def toml_mistake(message: str, text: str) -> str:
    r"""What the reader of TOML says of a text, with the line first.

    >>> toml_mistake("Expected '=' after a key (at line 3, column 6)", "")
    "line 3, column 6: Expected '=' after a key; put texts, and names with a / in them, in quotes"
    >>> toml_mistake("Expected ']' (at end of document)", "[one\n[two\n")[:32]
    "line 2, its end: Expected ']'; p"
    """
    found = re.search(r" \(at (line \d+, column \d+|end of document)\)$", message)
    last = f"line {len(text.splitlines())}, its end"
    place = last if found is None or found[1].startswith("end") else found[1]
    reason = message[: found.start()] if found else message
    return f"{place}: {reason}; put texts, and names with a / in them, in quotes"
