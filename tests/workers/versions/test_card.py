"""A version's card: worth reading, always the same, and what people wrote is text in it."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion
from argilla_distill.workers.versions.card import card
from argilla_distill.workers.versions.picture import picture

HELPFUL = VersionQuestion(
    "helpful",
    "helpful",
    "label_selection",
    "learned",
    7,
    523,
    40,
    "Learned from 40 reviews.",
    labels={"yes": 70, "no": 25},
    abstained=5,
    open_conflicts=3,
    agreement=0.614,
    mean_confidence=0.871,
)
STARS = VersionQuestion("stars", "stars", "rating", "majority", 0, 0, 0, why="Not by `learned`.")
WHOLE = Manifest(
    name="learned-3",
    dataset_id="d",
    dataset="support/chat",
    position="9-0",
    as_of=0,
    asked_at=1_795_000_000_000,
    created_at=1_795_000_000_000,
    release="0.1.0",
    settings={},
    settings_sha256="0",
    questions=(HELPFUL, STARS),
    records=100,
    votes=530,
    splits={"train": 80, "validation": 10, "test": 10},
    rounds={"1": 60, "2": 40},
    sources={"person": 9, "model": 2},
    named=False,
    files=(),
    content_sha256="ab" * 32,
    unknown=("Guidelines are of today.",),
    note="For bot-0.4.",
)


def test_a_card_states_no_licence_and_says_so_and_what_of_a_past_moment_cannot_be_known() -> None:
    now, then = card(WHOLE), card(replace(WHOLE, as_of=1_794_000_000_000))
    assert "license:" not in now
    assert "No licence is stated" in now
    assert "counts from when it was noticed" not in now
    assert "counts from when it was noticed" in then


def test_a_card_says_what_it_is_how_it_was_made_and_what_is_not_known() -> None:
    told = card(WHOLE)
    for part in (
        "# support/chat, version learned-3",
        "For bot-0.4.",
        "**learned** decides helpful. Each voice weighs by how often its owner has been right",
        "**majority** decides stars. Every vote weighs the same",
        "Learned from 40 reviews.",
        "(labels.svg)",
        "| yes | 70 | 70.0% |",
        "| left open | 5 | 5.0% |",
        "| helpful | 0.61 | 523 | 40 | 5 | 3 | 0.87 |",
        "| stars | – | 0 | 0 | 0 | 0 | – |",
        "| person | 9 |",
        "| train | 80 |",
        "Guidelines are of today.",
        'row["helpful"]["confidence"]',
        "drawn at random",
        "content digest `abababababababab`",
    ):
        assert part in told
    assert told == card(Manifest.read(WHOLE.as_json()))


def test_every_table_of_a_card_has_as_many_cells_in_each_row() -> None:
    for block in re.findall(r"(?:^\|.*\|\n?)+", card(WHOLE), re.MULTILINE):
        assert len({row.count("|") for row in block.strip().split("\n")}) == 1


def test_the_picture_is_svg_that_needs_no_style_and_says_what_it_shows() -> None:
    root = ElementTree.fromstring(picture(WHOLE))
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["helpful", "yes", "70 · 70.0%", "no", "25 · 25.0%", "left open", "5 · 5.0%"]
    described = root.find("{http://www.w3.org/2000/svg}desc")
    assert described is not None
    assert described.text == "helpful: yes 70%, no 25%, left open 5%"
    widths = [float(r.get("width", "")) for r in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths[1] == widths[0] == max(widths)
    assert "style" not in picture(WHOLE)


def test_without_few_labels_there_is_no_picture_and_no_section_of_labels() -> None:
    none = replace(WHOLE, questions=(STARS,))
    assert picture(none) == ""
    assert "labels.svg" not in card(none)


@pytest.mark.parametrize(
    "name", ["<script>&\"'", "a|b\n# c", "[x](y)", "x" * 90, "\x00\x1b[31m", ""]
)
def test_whatever_people_call_things_stays_text(name: str) -> None:
    asked = replace(HELPFUL, name=name, labels={name: 95}, abstained=5)
    strange = replace(WHOLE, questions=(asked,), dataset=f"a/{name}", rounds={name: 1})
    ElementTree.fromstring(picture(strange))
    told = card(strange)
    prose = re.sub(r"```.*?```", "", told.split("\n---\n", 1)[1], flags=re.DOTALL)
    assert not re.search(r"(?<!\\)<", prose)
    assert "\n# c" not in told
    assert not re.search(r"[\x00-\x08\x1b]", told)
    head = told.split("\n---\n")[0]
    assert head.count("\n") == card(WHOLE).split("\n---\n")[0].count("\n")
