"""The section of examples: short enough, found again, and what people wrote in it is text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from argilla_distill.domain.report import Example
from argilla_distill.workers.writing.guidelines_section import (
    BREAK,
    END,
    MAX_OURS,
    START,
    BrokenMarkers,
    Guidelines,
    section,
)

TEXT = st.text(
    st.sampled_from("ab1 \t\n.:-+*_#<>&|[](){}!`~\\/@=\"'^$%;?“”")
    | st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")),
    max_size=30,
)
SOME = st.lists(
    st.builds(
        Example,
        record=st.just("r1"),
        kind=st.sampled_from(["telling", "close", "other"]),
        value=TEXT,
        confidence=st.just(0.9),
        text=TEXT | st.just(START) | st.just(f"{END}\n# head"),
        reason=TEXT,
    ),
    max_size=12,
)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@given(SOME, TEXT, st.integers(0, 3_000), st.text(max_size=20))
def test_whatever_people_wrote_it_is_text_it_fits_and_it_is_found_again(
    examples: list[Example], question: str, room: int, around: str
) -> None:
    written = section({question: examples}, room)
    if written is None:
        return
    assert len(written) <= room
    again = Guidelines.of(f"{around}{written}{around}")
    assert (again.before, again.section, again.after) == (around, written, around)
    assert 1 <= again.shown <= len(examples)
    assert again.with_section(written) == f"{around}{written}{around}"
    tokens = MARKDOWN.parse(written)
    inline = [child for token in tokens for child in token.children or []]
    allowed = {"text", "text_special", "em_open", "em_close", "strong_open", "strong_close"}
    assert {child.type for child in inline} - allowed <= {"softbreak"}
    assert [token.content for token in tokens if token.type == "html_block"] == [
        f"{START}\n",
        END,
    ]
    assert sum(token.type == "heading_open" for token in tokens) <= 2


def example(value: str, text: str, kind: str = "telling", reason: str = "it is") -> Example:
    return Example("r1", kind, value, 0.9, text, reason)


def test_of_every_value_and_kind_one_comes_first() -> None:
    many = [example("yes", f"Thanks {n}") for n in range(9)]
    many += [example("no", "Thanks 10"), example("no", "So so", "close")]
    written = section({"q": many}, 560)
    assert written is not None
    assert "**yes**" in written
    assert "**no**" in written
    assert "Thanks 10" in written
    assert "a close call" in written
    assert "Thanks 8" not in written


def test_long_texts_and_reasons_are_cut() -> None:
    long = example("yes", "long " * 99, reason="why " * 99)
    written = section({"q": [long]}, MAX_OURS)
    assert written is not None
    assert len(written) < 1_000


def test_reasons_end_with_a_sentence() -> None:
    reason = f"One says so. Others say no. {'And then they quarrel, ' * 20} at last."
    written = section({"q": [example("yes", "Hi", reason=reason)]}, MAX_OURS)
    assert written is not None
    assert "- “Hi” (a clear case: One says so\\. Others say no\\.)\n" in written


def test_people_keep_room_to_write_in() -> None:
    assert Guidelines.of("").room == MAX_OURS
    assert Guidelines.of("x" * 9_000).room == 1_000 - len(BREAK)


def test_half_a_section_is_no_section() -> None:
    with pytest.raises(BrokenMarkers, match="is missing"):
        Guidelines.of(START)
    with pytest.raises(BrokenMarkers, match="appears 2 times"):
        Guidelines.of(f"{START}{END}{END}")
