"""What is a number, a list or a date in other formats, as it would be in a CSV file."""

from __future__ import annotations

import json
import math


def as_cell(value: object) -> str:
    """What would be in a CSV file. Bytes are taken for UTF-8, and what is none stays as half characters.

    >>> as_cell(None), as_cell(4.0), as_cell(True), as_cell(["a", "é"]), as_cell(b"yes")
    ('', '4', 'true', '["a", "é"]', 'yes')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isnan(value) else str(int(value) if value.is_integer() else value)
    if isinstance(value, bytes):
        return value.decode(errors="surrogateescape")  # no name or label takes them
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=as_cell)
    return str(value)
