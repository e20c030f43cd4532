"""Bulk calls that Argilla refuses whole for the sake of one item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from argilla_distill.plugin.errors import InvalidValue

T = TypeVar("T")


def in_halves(
    items: Sequence[T], call: Callable[[Sequence[T]], None], refused: Callable[[T, str], None]
) -> None:
    """One call with all items; where Argilla refuses it, halves of it, down to the items at fault.

    >>> def call(items):
    ...     if 3 in items:
    ...         raise InvalidValue("not 3")
    ...     print(*items)
    >>> in_halves([1, 2, 3, 4], call, lambda item, reason: print(f"{item}: {reason}"))
    1 2
    3: not 3
    4
    """
    if not items:
        return
    try:
        call(items)
    except InvalidValue as error:
        if len(items) == 1:
            refused(items[0], str(error))
            return
        middle = len(items) // 2
        in_halves(items[:middle], call, refused)
        in_halves(items[middle:], call, refused)
