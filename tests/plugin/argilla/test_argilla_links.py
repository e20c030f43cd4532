"""Links into Argilla lead to our suggestions: overseers to the review, annotators to their own answers."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from argilla_distill.domain.state.review import ReviewInfo
from argilla_distill.plugin.argilla.links import (
    answered_link,
    dataset_link,
    overseer_link,
    review_link,
)
from argilla_distill.plugin.pages.views.record_view import view
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET, RECORD, scene
from tests.plugin.pages.website import Site

ARGILLA = "http://argilla:6900"
REVIEW = f"{ARGILLA}/dataset/{gallery.REVIEW}/annotation-mode"
REVIEWING = f"{REVIEW}?page=1&status=pending&sort=metadata.priority.desc"


@pytest.fixture
def site(store: Store) -> Site:
    gallery.write(store)
    return Site(store)


def query(link: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(link).query)


def test_a_suggestion_that_never_moved_is_found_by_the_fit_that_made_it() -> None:
    (agents,) = query(answered_link(ARGILLA, "d", "helpful", "learned", 3))["suggestion"]
    assert agents.split(".") == ["helpful", "agent", *(f"distill/learned:{n}" for n in (1, 2, 3))]


def test_a_link_stays_short_however_many_fits_there_were() -> None:
    (agents,) = query(answered_link(ARGILLA, "d", "helpful", "learned", 500))["suggestion"]
    assert agents.split(".")[-1] == "distill/learned:500"
    assert len(answered_link(ARGILLA, "d", "helpful", "learned", 500)) < 1_000


@pytest.mark.parametrize(("question", "strategy"), [("a.b", "learned"), ("helpful", "my~rules")])
def test_names_that_argillas_filters_cannot_hold_are_not_filtered_by(
    question: str, strategy: str
) -> None:
    assert query(answered_link(ARGILLA, "d", question, strategy, 3)) == {
        "page": ["1"],
        "status": ["submitted"],
    }


def test_what_has_no_fit_yet_is_not_filtered_by() -> None:
    assert "suggestion" not in answered_link(ARGILLA, "d")


def test_names_are_quoted() -> None:
    assert query(answered_link(ARGILLA, "d", "a&b c", "learned", 1))["suggestion"] == [
        "a&b c.agent.distill/learned:1"
    ]


def test_an_overseer_is_led_to_the_review_while_there_is_something_to_review() -> None:
    assert overseer_link(ARGILLA, "d", ReviewInfo("r", "x"), 3) == review_link(ARGILLA, "r")
    assert overseer_link(ARGILLA, "d", ReviewInfo("r", "x"), 0) == dataset_link(ARGILLA, "d")
    assert overseer_link(ARGILLA, "d", None, 3) == dataset_link(ARGILLA, "d")


@pytest.mark.parametrize("path", ["/", f"/datasets/{DATASET}", f"/datasets/{DATASET}/annotators/2"])
def test_the_pages_of_overseers_open_the_review(site: Site, path: str) -> None:
    site.sign_in("olga")
    page = site.get(path).text
    button = page[: page.index("in Argilla")].rpartition('href="')[2].partition('"')[0]
    assert button.replace("&amp;", "&") == REVIEWING


def test_the_pages_of_annotators_open_their_own_answers_with_our_suggestions(site: Site) -> None:
    site.sign_in("anna")
    for path in ("/", f"/datasets/{DATASET}/annotators/13"):
        page = site.get(path).text
        link = page[: page.index("in Argilla")].rpartition('href="')[2].partition('"')[0]
        asked = query(link.replace("&amp;", "&"))
        assert link.startswith(f"{ARGILLA}/dataset/{DATASET}/annotation-mode?")
        assert asked["status"] == ["submitted"]
        assert ".agent.distill/" in asked["suggestion"][0]


def test_a_record_opens_as_its_copy_in_the_review_until_it_was_reviewed() -> None:
    known = replace(scene().known(), review=gallery.REVIEW)
    assert view(known, ARGILLA).argilla_url == (
        f"{REVIEW}?page=1&status=pending&metadata=original.{RECORD}"
    )
    known = replace(scene().known())
    assert view(known, ARGILLA).argilla_url == dataset_link(ARGILLA, DATASET)
