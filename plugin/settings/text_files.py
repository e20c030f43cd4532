"""Small files that settings name: secrets, and distill.toml as text."""

from __future__ import annotations

from pathlib import Path

from argilla_distill.plugin.errors import InvalidSettings


def secret(variable: str, path: str) -> str:
    """A secret from the file that the variable names.

    Raises
    ------
    InvalidSettings : names the variable and the file, and says why it cannot be read.
    """
    content = text(variable, path).strip()
    if not content:
        raise InvalidSettings(f"{variable}: {path} is empty")
    return content


def text(variable: str, path: str) -> str:
    """What a file says, in UTF-8 with or without a byte order mark. Raises as `secret`."""
    try:
        return Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidSettings(f"{variable}: {path} is not UTF-8 text") from None
    except PermissionError:
        raise InvalidSettings(f"{variable}: {path} may not be read by this user") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "this cannot be the name of a file"
        raise InvalidSettings(f"{variable}: cannot read {path}: {reason}") from None
