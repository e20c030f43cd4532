"""Pictures: where things are drawn, that nothing leaves its room, and that all of it can be read."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill import plugin
from argilla_distill.domain.audited import AuditBin
from argilla_distill.domain.report import Pair
from argilla_distill.plugin.pages.charts import meters, report_charts, svg
from argilla_distill.plugin.pages.charts.heat_map import SHADES, Cell, heat_map, shade
from argilla_distill.plugin.pages.charts.svg import Column, Series
from tests.plugin.pages import gallery

EVIL = '"><script>'
SHARE = st.floats(0, 1)
STYLE = (Path(plugin.__file__).parent / "static" / "style.css").read_text()


def numbers(picture: str, attribute: str) -> list[float]:
    """All values of an attribute, which are percentages or pixels."""
    return [float(v) for v in re.findall(rf'\b{attribute}="(-?[\d.]+)%?"', picture)]


@given(SHARE, SHARE, SHARE)
def test_an_interval_stays_on_its_track(one: float, two: float, three: float) -> None:
    low, value, high = sorted((one, two, three))
    picture = meters.interval(low, value, high)
    (span,) = re.findall(r'class="span" x="([\d.]+)%" width="([\d.]+)%"', picture)
    start, width = map(float, span)
    (dot,) = numbers(picture, "cx")
    assert 0 <= start <= start + width <= 100.02
    assert start - 0.02 <= dot <= start + width + 0.02


@given(st.floats(-2, 2), st.floats(0, 2))
def test_a_leaning_stays_on_its_track_and_on_its_side(value: float, most: float) -> None:
    picture = meters.lean(value, most)
    (start,), (width,) = numbers(picture, "x"), numbers(picture, "width")
    assert 0 <= start <= start + width <= 100.02
    assert (start == 50) == (value >= 0) or width == 0


def test_the_highest_column_fills_the_plot_and_nothing_is_a_column_of_none() -> None:
    picture = svg.columns([Column("a", 5, "5"), Column("b", 0, "0")], "five and none")
    assert numbers(picture.split('role="img"')[1], "height") == [svg.PLOT - 8, 0]
    assert svg.columns([Column("a", 0, "0")], "none").count("<rect") == 1
    assert "<rect" not in svg.columns([], "nothing at all")


def test_a_line_has_a_gap_where_nothing_is_known() -> None:
    series = [Series("x", [0.1, 0.2, None, 0.4, None, 0.6, 0.7])]
    picture = svg.lines(list("abcdefg"), series, (0, 1), "with gaps")
    assert picture.count('class="line s0"') == 2
    assert picture.count('class="dot s0"') == 5


def test_values_beyond_the_ticks_are_drawn_at_the_edge() -> None:
    picture = svg.lines(["a"], [Series("x", [1.7]), Series("y", [-3.0])], (0, 1), "beyond")
    assert all(0 <= y <= svg.PLOT + 8 for y in numbers(picture, "cy"))


@pytest.mark.parametrize("count", [0, 1, 2, 7, 52, 500])
def test_however_many_places_there_are_few_are_named(count: int) -> None:
    names = [f"place {n}" for n in range(count)]
    picture = svg.lines(names, [Series("x", [0.5] * count)], (0, 1), "many")
    named = re.findall(r">place \d+</text>", picture)
    assert len(named) <= svg.MAX_NAMES
    assert bool(named) == bool(count)


def test_every_picture_is_told_in_words() -> None:
    question = gallery.question("problem", gallery.LABELS)
    drawn = [
        report_charts.confidences(question.confidence),
        report_charts.calibrated(question.audited.bins),
        report_charts.timeline(question.weeks, weekly=True),
        report_charts.timeline(question.rounds, weekly=False),
        report_charts.drift(question.annotators[0].drift),
    ]
    for picture in drawn:
        (words,) = re.findall(r'role="img" aria-label="([^"]+)"', picture)
        assert len(words) > 30


def test_what_people_wrote_is_escaped_in_every_picture() -> None:
    question = gallery.question("problem", ("a", "b"), lambda text: text + EVIL)
    drawn = (
        svg.columns([Column(EVIL, 1, EVIL)], EVIL),
        svg.lines([EVIL], [Series(EVIL, [0.5])], (0, 1), EVIL),
        svg.calibration([(0.5, 0.5, 1)], EVIL),
        heat_map(EVIL, EVIL, [EVIL], [EVIL], [[Cell(0.5, EVIL, title=EVIL)]]),
        report_charts.timeline(question.rounds, weekly=False),
    )
    for picture in drawn:
        assert "<script" not in picture
        assert "&lt;script&gt;" in picture


def test_negative_agreement_has_room_below_zero() -> None:
    weeks = gallery.question("q", ("a", "b")).weeks
    low = [*weeks[:2], replace(weeks[2], agreement=-0.4)]
    assert ">−1</text>" in report_charts.timeline(low, weekly=True)
    assert ">−1</text>" not in report_charts.timeline(weeks, weekly=True)


def test_of_many_labels_the_most_confused_are_shown() -> None:
    labels = tuple(f"label-{n}" for n in range(40))
    pairs = tuple(Pair(labels[n], labels[n + 1], 100 - n) for n in range(39))
    question = replace(gallery.question("q", ("a", "b")), labels=labels, pairs=pairs)
    picture = report_charts.confused(question)
    assert picture.count('<th scope="row">') == report_charts.MAX_LABELS
    assert "label-1<" in picture
    assert "label-39<" not in picture


def test_pairs_that_agree_are_not_called_confused() -> None:
    assert report_charts.differing([Pair("a", "a", 9), Pair("a", "b", 1)]) == [Pair("a", "b", 1)]


def test_bins_of_audits_are_drawn_at_their_mean_confidence() -> None:
    picture = report_charts.calibrated([AuditBin(0.4, 0.5, 2, 0.45, 1.0)])
    assert numbers(picture, "cx") == [45]


@given(SHARE)
def test_a_shade_grows_with_its_share(share: float) -> None:
    assert 0 <= shade(share) <= SHADES
    assert shade(share) <= shade(min(1.0, share + 0.1))


# Colours


def colours(dark: bool) -> dict[str, tuple[float, ...]]:
    """The named colours of a scheme as red, green and blue in [0, 255], shades as their share."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    found: dict[str, tuple[float, ...]] = {}
    for block in blocks[: 2 if dark else 1]:
        for name, value in re.findall(r"--([\w-]+): ([^;]+);", block):
            if value.startswith("#"):
                digits = value[1:] if len(value) == 7 else "".join(c * 2 for c in value[1:])
                found[name] = tuple(int(digits[i : i + 2], 16) for i in (0, 2, 4))
            elif re.fullmatch(r"\d+%", value):
                found[name] = (float(value[:-1]) / 100,)
            elif re.fullmatch(r"\d+ \d+ \d+", value):
                found[name] = tuple(map(float, value.split()))
    return found


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The contrast ratio of WCAG 2.1, from 1 to 21."""

    def luminance(colour: tuple[float, ...]) -> float:
        parts = [c / 255 for c in colour]
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_number_in_a_shaded_cell_can_be_read_on_every_shade(dark: bool) -> None:
    named = colours(dark)
    for number in range(1, SHADES + 1):
        assert f".h{number} {{ background: rgb(var(--shade) / var(--h{number}))" in STYLE
        (alpha,) = named[f"h{number}"]
        ink = named["shade-ink"] if number >= 6 else named["ink"]
        for side in ("for-rgb", "against-rgb"):
            parts = zip(named[side], named["card"], strict=True)
            mixed = tuple(alpha * top + (1 - alpha) * below for top, below in parts)
            assert contrast(ink, mixed) >= 4.5, (number, side)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_letters_and_marks_of_pictures_stand_out_from_their_card(dark: bool) -> None:
    named = colours(dark)
    assert contrast(named["quiet"], named["card"]) >= 4.5
    for mark in ("for", "against", "edge"):
        assert contrast(named[mark], named["card"]) >= 3


def test_labels_that_are_left_out_have_a_column_of_their_own() -> None:
    pairs = (Pair("a", "b", 4, 1), Pair("b", "", 9, 2))
    question = replace(gallery.question("q", ("a", "b")), pairs=pairs)
    table = str(report_charts.confused(question))
    assert '<th scope="col">left out</th>' in table
    assert '<th scope="row">left out</th>' not in table
    assert "b and left out: 9 pairs of votes, 2 in open conflicts" in table
