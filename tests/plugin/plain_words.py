"""What every message that people read must be: in plain words, on one line, without a secret."""

from __future__ import annotations

JARGON = ("Error", "Errno", "httpx", "redis.exc", "Exception", "Traceback", "WinError", "object")
OF_PYDANTIC = (
    "pydantic",
    "Input should",
    "Value error",
    "validation error",
    "ValueError",
    "extra_forbidden",
    "literal",
)
"""The same of the library that checks settings."""


def checked(message: str) -> str:
    """The message, once it is seen to be fit to be read; secrets in tests are called hidden."""
    assert not any(word in message for word in JARGON), message
    assert "hidden" not in message
    assert "\n" not in message
    return message
