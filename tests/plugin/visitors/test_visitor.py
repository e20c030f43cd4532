"""Who may see what, and what those are told who have to wait."""

from __future__ import annotations

import pytest

from argilla_distill.plugin.argilla.user import User
from argilla_distill.plugin.visitors.visitor import Visitor, throttled


@pytest.mark.parametrize(
    ("wait_s", "told"),
    [
        (1, "1 second"),
        (2, "2 seconds"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (120, "2 minutes"),
        (121, "3 minutes"),
    ],
)
def test_who_has_to_wait_is_told_how_long_and_never_too_short(wait_s: int, told: str) -> None:
    refusal = throttled(wait_s)
    assert refusal.message == f"Too many attempts. Try again in {told}."
    assert (refusal.status, refusal.wait_s) == (429, wait_s)


@pytest.mark.parametrize(
    ("role", "here", "there"),
    [
        ("owner", (True, True), (True, True)),
        ("admin", (True, True), (False, False)),
        ("annotator", (False, True), (False, False)),
        ("", (False, True), (False, False)),
    ],
)
def test_a_role_tells_what_may_be_seen_where(
    role: str, here: tuple[bool, bool], there: tuple[bool, bool]
) -> None:
    visitor = Visitor.of(User("1", "anna", role, "yesterday"), ["here"])
    assert (visitor.may_see("here"), visitor.belongs_to("here")) == here
    assert (visitor.may_see("there"), visitor.belongs_to("there")) == there
    assert visitor.belongs_to(None) == visitor.may_see(None) == (role == "owner")
    assert visitor.oversees == (role in ("owner", "admin"))


def test_a_visitor_is_who_argilla_says() -> None:
    anna = Visitor.of(User("1", "anna", "annotator", "yesterday"), ["here", "there"])
    assert anna == Visitor("1", "anna", "annotator", ("here", "there"))
    assert anna.changed == "yesterday"
    assert Visitor.of(User("2", "olga", "owner", ""), ["here"]).workspaces == ()
