"""What the pages say of annotators: all of a dataset, one of them, and their own page."""

from dataclasses import replace

import pytest

from argilla_distill.domain.report import AnnotatorReport
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET
from tests.plugin.pages.website import Site

HOME = f"/datasets/{DATASET}"
MAX_BYTES = 150_000


@pytest.fixture
def site(store: Store) -> Site:
    return gallery.shown(store)


def test_annotators_come_the_most_reliable_first_and_the_unknown_last(site: Site) -> None:
    told = site.get(f"{HOME}/annotators", json=True).get_json()["annotators"]
    assert [a["name"] for a in told][:2] == ["ada.lindqvist", "bo"]
    assert (told[-1]["name"], told[-1]["report"]["known"]) == ("newcomer", False)
    assert told[0]["report"]["alpha"] == pytest.approx(0.69)


def test_who_has_given_few_answers_is_unknown_and_not_bad(site: Site) -> None:
    row = site.get(f"{HOME}/annotators").text.split("newcomer")[1].split("</tr>")[0]
    assert "unknown" in row
    assert "%" not in row
    page = site.get(f"{HOME}/annotators/14").text
    assert "3 answers are too few to say how reliable they are" in page
    assert "no mark against them" in page
    for figure in (
        'class="big"',
        "alpha",
        "kappa",
        'class="heat"',
        "Leaning",
        "Over time",
        "Disagreements",
    ):
        assert figure not in page


def test_an_annotators_page_tells_reliability_confusion_leaning_pace_and_drift(site: Site) -> None:
    page = site.get(f"{HOME}/annotators/2?question=problem").text
    for part in (
        "83\u202f%",
        "between <b>76\u202f%</b> and <b>88\u202f%</b>",
        "right ↓ said →",
        '<td class="right h7">83</td>',
        "−5 points",
        "14 s",
        "Agreement with the decisions by week, from 77% in 5 Oct to 84% in 26 Oct.",
        "they said <b>tone</b>, decided was <b>none</b>",
    ):
        assert part in page
    told = site.get(f"{HOME}/annotators/2?question=problem", json=True).get_json()
    assert told["annotator"]["report"]["confusion"][0][0] == 0.83
    assert told["annotator"]["labels"] == list(gallery.LABELS)
    assert told["annotator"]["name"] == "cem"


def test_their_own_page_speaks_to_an_annotator(store: Store) -> None:
    gallery.write(store)
    site = Site(store)
    site.sign_in("anna")
    page = site.get(f"{HOME}/annotators/13").text
    assert "Your next answer is right" in page
    assert "you said <b>tone</b>" in page


def test_an_annotator_without_answers_to_a_question_is_told_so(site: Site) -> None:
    assert "No answers of theirs" in site.get(f"{HOME}/annotators/11").text


def test_a_crowd_comes_in_pages_and_whole_as_json(site: Site, store: Store) -> None:
    crowd: tuple[AnnotatorReport, ...] = tuple(
        replace(gallery.annotator(0, ("yes", "no")), number=n) for n in range(230)
    )
    question = replace(gallery.question("helpful", ("yes", "no")), annotators=crowd)
    store.reports.write(DATASET, gallery.overview([question]), [question], {})
    sizes = [site.get(f"{HOME}/annotators?page={n}").text.count("<tr") - 1 for n in (1, 2, 3, 4)]
    assert sizes == [100, 100, 30, 30]
    assert len(site.get(f"{HOME}/annotators", json=True).get_json()["annotators"]) == 230
    assert 'aria-current="page"><span class="sr">Page </span>2' in (
        site.get(f"{HOME}/annotators?page=2").text
    )
    assert len(site.get(f"{HOME}/annotators").data) < MAX_BYTES
