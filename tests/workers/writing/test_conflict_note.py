"""The note is short, says who said what, and what people wrote in it is text whatever they wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from argilla_distill.domain.explanation.explain import Telling
from argilla_distill.domain.state.conflict import PastConflict, StoredConflict
from argilla_distill.workers.engine.contract.decision import Contribution, Decision
from argilla_distill.workers.engine.contract.question import Question, Span
from argilla_distill.workers.writing.conflict_note import (
    Dispute,
    conflict_note,
    escape,
    review_note,
)
from argilla_distill.workers.writing.suggestions import wording

PAGE = "http://us/records/r1"
NAMES = {"0": "ann", "1": "ben", "2": "cas"}


def dispute(
    voices: list[tuple[str, str, float]],
    value: str | None = "yes",
    question: str = "helpful",
    before: Sequence[PastConflict] = (),
    abstention: str | None = None,
) -> Dispute:
    labels: dict[str, tuple[int, ...]] = {}
    for who, label, _ in voices:
        labels[label] = (*labels.get(label, ()), int(who))
    posterior = {label: 0.9 / 2**i for i, label in enumerate(labels)}
    contributions = tuple(Contribution(who, label, weight, 0.1) for who, label, weight in voices)
    decision = Decision("r1", value, value, None, 0.9, posterior, 0.0, contributions, abstention)
    conflict = StoredConflict("open", labels, 0, before=tuple(before))
    return Dispute(question, decision, value or "", conflict)


def weighed(
    ann: float = 0.95,
    ben: float = 0.6,
    cas: float = 0.7,
    sure: float = 0.86,
    odds: tuple[float, float, float] = (2.9, -0.4, -0.8),
) -> Dispute:
    """Ann against ben and cas, with what each of them weighs."""
    parts = zip("012", ("yes", "no", "no"), (ann, ben, cas), odds, strict=True)
    voices = tuple(Contribution(*part) for part in parts)
    posterior = {"yes": sure, "no": 1 - sure}
    decided = Decision("r1", "yes", "yes", "no", sure, posterior, 0.1, voices, None)
    conflict = StoredConflict("open", {"no": (1, 2), "yes": (0,)}, 0)
    return Dispute("helpful", decided, "yes", conflict)


SPLIT = dispute([("0", "yes", 0.95), ("1", "no", 0.6), ("2", "no", 0.7)])


def note(*disputes: Dispute, related: tuple[str, ...] = ()) -> str:
    text = conflict_note(
        disputes, lambda number: NAMES.get(number, f"person {number}"), PAGE, related
    )
    assert text is not None
    return text


def test_without_a_dispute_there_is_no_note() -> None:
    assert conflict_note([], str, PAGE, []) is None


def test_it_says_who_says_what_with_which_weight_and_where_to_read_on() -> None:
    assert note(weighed()).split("\n") == [
        "**helpful**: yes (86% sure)",
        "- yes: ann (95%)",
        "- no: cas (70%), ben (60%)",
        "- why: Going by all answers and reviews so far, ann (95%) tends to be right more often than "
        "cas (70%) and ben (60%). The answer of ann tipped it: without it, “yes” would not lead. "
        "About three more answers for “no”, as weighty as those here, would turn it.",
        f"- [why, in full]({PAGE})",
    ]


def test_how_often_people_are_right_is_not_told_to_whoever_can_open_the_dataset() -> None:
    """The note is in the form of every annotator; of models it may tell."""
    hidden = Telling(reliability=False)
    told = note(replace(weighed(), telling=hidden))
    assert "95%" not in told
    assert "right" not in told
    assert "- yes: ann\n- no: ben, cas\n- why: One answer tipped it" in told
    told = note(replace(weighed(), telling=hidden, sources={0: "model"}))
    assert "- yes: ann (95%)\n- no: ben, cas\n" in told
    assert "70%" not in told
    assert "60%" not in told
    assert "ann (95%) is nearly always right." in told


def test_it_quotes_what_those_who_answered_wrote() -> None:
    arguments = {"no": ["it never *answers*"], "yes": []}
    told = note(replace(weighed(), arguments=arguments))
    assert "- why: For “no”: “it never \\*answers\\*”. Going by all answers" in told


def test_the_heading_of_a_second_question_is_a_heading() -> None:
    """Behind a list, without a blank line, it would be the last item's text."""
    tokens = MARKDOWN.parse(
        note(SPLIT, dispute([("0", "a", 0.9), ("1", "b", 0.8)], question="tone"))
    )
    assert [t.type for t in tokens if t.level == 0 and not t.type.endswith("close")] == [
        "paragraph_open",
        "bullet_list_open",
    ] * 2


def test_a_reviewer_is_told_which_questions_to_decide_and_what_we_lean_to() -> None:
    sure = dispute([("0", "kind", 0.9)], "kind", question="Its tone?")
    text = review_note([weighed(), sure], NAMES.__getitem__, PAGE, [])
    assert text is not None
    lines = text.split("\n")
    assert lines[0] == "Please decide **helpful** and **Its tone?**."
    assert "**helpful**: we lean to yes (86% sure)" in lines
    assert "**Its tone?**: we lean to kind (90% sure), and nobody says otherwise" in lines
    kinds = [t.type for t in MARKDOWN.parse(text) if t.level == 0 and not t.type.endswith("close")]
    assert kinds == [
        "paragraph_open",
        *["paragraph_open", "bullet_list_open"] * 2,
        "paragraph_open",
    ]
    assert review_note([], str, PAGE, []) is None


def test_moved_percentages_alone_are_no_other_wording() -> None:
    moved = weighed(0.93, 0.65, 0.66, 0.88)
    assert note(moved) != note(weighed())
    assert wording(note(moved)) == wording(note(weighed()))


def test_another_reason_is_another_wording() -> None:
    assert wording(note(weighed(odds=(2.9, 1.9, -4.0)))) != wording(note(weighed()))


def test_a_model_beside_people_is_called_so_where_names_do_not_tell() -> None:
    told = replace(weighed(), strategy="majority", sources={0: "model"})
    assert "- why: Every answer counts the same here, whoever gave it. By count it is" in note(told)


def test_values_of_several_parts_are_explained_by_the_least_certain_one() -> None:
    spans = (Span(0, 3, "name"),), (Span(0, 3, "name"), Span(4, 8, "verb"))
    voices = (Contribution("0", spans[0], 0.8, 1.2), Contribution("1", spans[1], 0.7, -0.5))
    decided = Decision("r1", spans[0], spans[0], spans[1], 0.7, {}, 0.0, voices, None)
    conflict = StoredConflict("open", {"name “Ada”": (0,), "name “Ada”, verb “left”": (1,)}, 0)
    asked = Question("span", ("name", "verb"))
    told = Dispute("q", decided, "name “Ada”", conflict, asked, "Ada left.")
    assert "Least certain is that verb “left” does not belong to it; the answer of ann" in note(
        told
    )


def test_reviewers_who_differ_are_named_without_weights() -> None:
    review = Contribution("review", "no", 0.999, 9.0)
    decided = Decision(
        "r1", "no", "no", "yes", 0.999, {"yes": 0.001, "no": 0.999}, 0.0, (review,), None
    )
    told = note(Dispute("q", decided, "no", StoredConflict("open", {"yes": (0,), "no": (1,)}, 0)))
    assert "- yes: ann\n" in told
    assert "- why: The reviewers disagree. Only the reviewers can settle it." in told


def test_an_abstention_says_why() -> None:
    tied = dispute([("0", "yes", 0.9), ("1", "no", 0.9)], None, abstention="tie between yes and no")
    assert note(tied).startswith("**helpful**: undecided: tie between yes and no\n")


def test_many_voices_are_the_weightiest_and_a_number() -> None:
    crowd = dispute([(str(i), "yes", i / 100) for i in range(9)])
    assert "- yes: person 8 (8%), person 7 (7%), person 6 (6%), person 5 (5%) and 5 more" in note(
        crowd
    )


def test_further_labels_are_named_behind_the_two_that_lead() -> None:
    many = dispute([(str(i), label, 0.5) for i, label in enumerate(["a", "b", "c", "d"])], "a")
    assert "- b: ben (50%); others: c; d" in note(many)


def test_an_earlier_conflict_is_told_of() -> None:
    past = [PastConflict(0, 86_400_000, "old"), PastConflict(86_400_000, 2 * 86_400_000, "no*")]
    assert "- before: in conflict 1970-01-02 – 1970-01-03, then settled as no\\*" in note(
        dispute([("0", "yes", 0.9)], before=past)
    )
    assert "then settled\n" in note(dispute([("0", "yes", 0.9)], before=[PastConflict(0, 1, None)]))


def test_related_records_are_linked_but_not_too_many() -> None:
    links = note(SPLIT, related=tuple(f"http://us/records/{i}" for i in range(9))).split("\n")[-1]
    assert links.count("](http://us/records/") == 4
    assert "[similar 3](http://us/records/2)" in links


@pytest.mark.parametrize("count", [1, 2, 3, 30])
def test_it_never_has_more_than_ten_lines(count: int) -> None:
    voices = [(str(i), f"label {i}", 0.5) for i in range(40)]
    disputes = [
        dispute(voices, question=f"q{i}", before=[PastConflict(0, 1, "x")]) for i in range(count)
    ]
    lines = note(*disputes, related=tuple("abcdef")).split("\n")
    assert len(lines) <= 10
    assert all(f"q{i}" in "\n".join(lines) for i in range(count))


TEXT = st.text(
    st.sampled_from("ab1 \t\n.:-+*_#<>&|[](){}!`~\\/@=\"'^$%;?")
    | st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")),
    max_size=20,
)
DISPUTES = st.lists(
    st.builds(
        dispute,
        st.lists(
            st.tuples(st.sampled_from("012345"), TEXT, st.floats(0, 1)), min_size=1, max_size=8
        ),
        st.none() | TEXT,
        TEXT,
        st.just([]) | st.just([PastConflict(0, 1, "*x*\n\n# y")]),
        TEXT,
    ),
    min_size=1,
    max_size=4,
)


@given(DISPUTES, TEXT, st.lists(st.just("http://us/records/r2"), max_size=5))
def test_ten_lines_at_most_whatever_people_wrote(
    disputes: list[Dispute], name: str, related: list[str]
) -> None:
    text = conflict_note(disputes, lambda _: name, PAGE, related)
    assert text is not None
    assert len(text.splitlines()) <= 10
    assert "\r" not in text


MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def shown(text: str) -> str:
    """What somebody sees of one list item's markdown; fails where anything in it is markup."""
    tokens = MARKDOWN.parse(f"- {text}: ann")
    assert [token.type for token in tokens] == [
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
        "inline",
        "paragraph_close",
        "list_item_close",
        "bullet_list_close",
    ], text
    children = tokens[3].children or []
    assert {child.type for child in children} <= {"text", "text_special"}, text
    return "".join(child.content for child in children).removesuffix(": ann")


@given(TEXT)
@example("<script>alert(1)</script>")
@example("[here](http://evil)")
@example("![x](http://evil/p.png)")
@example("| a | b |\n|---|---|")
@example("&lt;b&gt; &#42;")
@example("# head")
@example("~~gone~~ **loud** `code`")
@example("1. first")
@example("1) first")
@example("- item")
@example("http://evil.example")
def test_what_people_wrote_is_shown_as_they_wrote_it(text: str) -> None:
    assert shown(escape(text)) == " ".join(text.split())


@pytest.mark.parametrize(
    "text", ["http://evil.example/x", "https://evil.example", "www.evil.example", "a@evil.example"]
)
def test_an_address_is_no_link_although_the_interface_makes_links_of_bare_ones(text: str) -> None:
    """Argilla's interface renders GitHub's markdown, whose bare addresses become links by themselves."""
    written = escape(text)
    assert not [bare for bare in ("http://", "https://", "www.", "a@evil") if bare in written]
    assert shown(written) == text


@given(TEXT, TEXT)
def test_names_and_labels_add_no_links_and_no_markup_to_the_whole_note(
    name: str, label: str
) -> None:
    text = conflict_note([dispute([("0", label, 0.9), ("1", "no", 0.8)])], lambda _: name, PAGE, [])
    assert text is not None
    inline = [child for token in MARKDOWN.parse(text) for child in token.children or []]
    assert sum(child.type == "link_open" for child in inline) == 1
    assert sum(child.type == "strong_open" for child in inline) == 1
    assert not [
        child
        for child in inline
        if child.type in ("html_inline", "image", "code_inline", "em_open")
    ]
