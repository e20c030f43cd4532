"""JSON that somebody else wrote, in a file or a form: read, or refused in one sentence.

What Python's reader takes, and what can be kept, are two things: half of a character is no text that Redis,
Argilla or a file takes. And what it does not take, it refuses in three ways: no JSON, nested too deeply, or
a number of too many digits.
"""

from __future__ import annotations

import json
from typing import Any


class NotGivenJson(ValueError):
    """The message goes on after the name of what was read: "is nested too deeply".

    Attributes
    ----------
    line : where it is no JSON, from 1; 0 where it is JSON that cannot be kept.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def parsed(given: str | bytes, any_number: bool = False) -> Any:
    """What is written there.

    >>> parsed('{"text": "caf\\\\u00e9"}')
    {'text': 'café'}
    >>> parsed("[NaN]", any_number=True)
    [nan]

    Parameters
    ----------
    given : bytes are UTF-8, with or without a byte order mark.
    any_number : whether NaN and Infinity, which JSON does not have, are numbers.

    Raises
    ------
    NotGivenJson : why it is not read.
    """
    try:
        text = given if isinstance(given, str) else given.decode("utf-8-sig")
        found = json.loads(text, parse_constant=float if any_number else _no_number)
    except UnicodeDecodeError:
        raise NotGivenJson("is not UTF-8", 1) from None
    except json.JSONDecodeError as error:
        raise NotGivenJson(f"is not JSON: {error.msg}", error.lineno) from None
    except RecursionError:
        raise NotGivenJson("is nested too deeply") from None
    except NotGivenJson:
        raise
    except ValueError:  # Python's limit for whole numbers, 4,300 digits
        raise NotGivenJson("has a number of too many digits") from None
    if ("\\ud" in text or "\\uD" in text) and not is_whole(json.dumps(found, ensure_ascii=False)):
        raise NotGivenJson("holds half of a character (a lone surrogate)")
    return found


def _no_number(text: str) -> float:
    raise NotGivenJson(f"is not JSON: {text} is no number of JSON")


def is_whole(text: str) -> bool:
    """Whether a text can be written as UTF-8: half of a character cannot.

    >>> is_whole("café"), is_whole("\\ud83d")
    (True, False)
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
