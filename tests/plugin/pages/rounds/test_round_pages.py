"""The pages of rounds: how good each model was, whether models get better, whose labels are suspect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill.domain.orders.order import CANCEL_ROUND, START_ROUND, WorkOrder
from argilla_distill.domain.rounds.suspected import suspicions_of
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.rounds import round_gallery
from tests.plugin.pages.rounds.round_gallery import AT
from tests.plugin.pages.scene import DATASET
from tests.plugin.pages.website import Site

EVIL = "<img src=x onerror=\"alert('1')\">&amp;{{ 7*7 }}"
ESCAPED = "&lt;img src=x onerror="


@pytest.fixture
def site(store: Store) -> Site:
    gallery.write(store)
    round_gallery.write(store)
    site = Site(store)
    site.sign_in("olga")
    return site


def test_all_rounds_tell_whether_the_model_gets_better_as_a_picture_and_as_a_table(
    site: Site,
) -> None:
    page = site.get(AT).text
    for part in (
        "From round 1 to round 3 more outputs pass by labels: +20 points",
        "From round 1 to round 2 no change can be told: +5 points",
        'aria-label="Outputs that pass by labels, round by round. round 1: 61\u202f%, 55 to 67\u202f%; ',
        " round 2: 66\u202f%, 60 to",
        "<b>84\u202f%</b>",
        "by labels</span>",
        "70 to 94\u202f%",
        "bot-0.3, trained on learned-3",
        "under way",
        "Round 5: no room for learned-9",
        "annotator=ben,round=3 is associated with wrong labels",
        "round=2 is associated with wrong labels",
        "not suspect",
    ):
        assert part in page
    assert "From round 1 to round 2 no change can be told: +5 points" in page
    doubt = "But labels of round 2 are suspect in learned-4: they may be what changed."
    assert page.count(doubt) == 2
    assert "labels of round 3 are" not in page
    assert "round 2: 66\u202f%, 60 to 72\u202f%, its labels are suspect" in page
    assert page.count('class="dot open"') == 1
    assert "annotator=ann" not in page
    assert "week=2026-W47" not in page
    assert page.index(">5</a>") < page.index(">1</a>")


def test_a_round_tells_what_was_taken_what_it_came_to_and_what_was_learned(site: Site) -> None:
    page = site.get(f"{AT}/2").text
    for part in (
        "300 of 10,000 outputs are taken (30\u202f% at random); 200 that nearly repeat another are left out.",
        "An output passes where helpful is yes.",
        "66\u202f%",
        "had foretold</th>",
        "ben is now held to be right 83\u202f% of the time",
        "a new or edited answer",
        f"/datasets/{DATASET}/versions/learned-3...learned-3",
        "helpful, in learned-4: round=2 is associated with wrong labels",
        "suspect</a> in learned-4: what is told by labels here may be their fault, and not the model's",
    ):
        assert part in page
    assert "annotator=ben" not in page
    assert "may be their fault" not in site.get(f"{AT}/1").text
    assert "no room for learned-9" in site.get(f"{AT}/5").text
    assert "<dt>completed</dt>" in site.get(f"{AT}/4").text


def test_json_has_what_the_pages_have(site: Site) -> None:
    told = site.get(AT, json=True).get_json()
    assert [each["name"] for each in told["rounds"]] == ["1", "2", "3", "4", "5"]
    assert [step["now"] for step in told["steps"]] == ["2", "3"]
    doubted = {"name": "2", "version": "learned-4", "cleared_in": ""}
    assert [step["suspect"] for step in told["steps"]] == [[doubted], [doubted]]
    assert told["whole"]["sentence"].startswith("From round 1 to round 3")
    three = told["rounds"][2]
    assert three["report"]["by_labels"]["value"] == 0.81
    assert three["report"]["pass_rate"]["value"] == 0.84
    assert [s["verdict"] for s in three["suspicions"]] == ["too few to tell", "suspect"]
    assert three["suspicions_at_end"] == three["suspicions"]  # of learned-4, which its end made
    assert told["rounds"][1]["suspicions_at_end"] == []  # learned-3 was not looked at
    assert "population" not in three
    assert site.get(f"{AT}/3", json=True).get_json() == three


def test_a_round_that_was_asked_again_says_of_which_version_its_share_is(
    site: Site, store: Store
) -> None:
    three = store.rounds.of(DATASET, "3")
    assert three is not None
    looked = tuple(suspicions_of("3", round_gallery.looked_at("learned-4", "3")))
    store.suspicions.keep_of_round(DATASET, three, looked)
    store.suspicions.keep_of_round(DATASET, replace(three, version="lost"), ())
    store.suspicions.keep(DATASET, round_gallery.looked_at("learned-5", "2"))
    page = site.get(AT).text
    said = "labels of round 3 are suspect in learned-4, and no longer in learned-5: they may be"
    assert said in page
    assert "its labels are suspect" in page.split("round 3: 81")[1].split('"')[0]
    assert "helpful, in learned-5: round=2 is associated" in page
    one = site.get(f"{AT}/3").text
    assert "suspect</a> in learned-4: what is told by labels" in one
    assert "They are not any more in learned-5." in one
    assert "helpful, in learned-4: round=3 is associated with wrong labels" in one
    assert "helpful, in learned-5: round=3 is not suspect" in one


def test_rounds_are_for_those_who_oversee_the_dataset(site: Site) -> None:
    for name, status in (("adam", 200), ("nora", 403), ("anna", 403)):
        site.browser = site.new_browser()
        site.sign_in(name)
        assert site.get(AT).status_code == status
        assert site.get(f"{AT}/1", json=True).status_code == status


def test_a_round_that_is_not_there_is_said_so_and_without_one_how_one_is_started(
    site: Site, store: Store
) -> None:
    answer = site.get(f"{AT}/9")
    assert answer.status_code == 404
    assert "There is no round 9 here; there are 1, 2, 3, 4, 5." in answer.text
    store.redis.delete(store.keys.of(DATASET, "round_plans"))
    assert "argilla-distill round start support/chatbot-feedback" in site.get(AT).text


def test_what_people_wrote_is_shown_as_text(store: Store) -> None:
    gallery.write(store)
    round_gallery.write(store, lambda text: f"{text} {EVIL}")
    site = Site(store)
    site.sign_in("olga")
    for path in (AT, f"{AT}/1", f"{AT}/5"):
        page = site.get(path).text
        assert ESCAPED in page
        assert "<img" not in page


def test_rounds_that_are_to_be_started_are_told_with_what_hinders_them(site: Site) -> None:
    orders = site.store.orders
    for order in (
        WorkOrder("round:4", START_ROUND, "4", 1, "olga"),  # it is there
        WorkOrder("round:7", START_ROUND, "7", 2, "olga", stage="reading", done=500),
        WorkOrder("round:8", START_ROUND, "8", 3, "adam", error="no such label", settled_at=4),
        WorkOrder("round:9", START_ROUND, "9", 4, "adam", result="9", settled_at=5),
    ):
        orders.place(DATASET, order)
    page = site.get(AT).text
    assert "olga asked to start round 7: reading, 500." in page
    assert '<p class="alert" role="status">adam asked to start round 8: no such label.' in page
    starting = site.get(AT, json=True).get_json()["starting"]
    assert [each["about"] for each in starting] == ["7", "8"]


def test_a_round_that_is_not_kept_yet_is_not_started_if_somebody_says_so(site: Site) -> None:
    orders = site.store.orders
    terms = {"sha256": "e3b0"}
    orders.place(DATASET, WorkOrder("round:7", START_ROUND, "7", 2, "adam", terms, "reading"))
    assert "Do not start 7</button>" in site.get(AT).text
    assert site.browser.post(f"{AT}/7/cancel").status_code == 400  # of another site
    assert site.browser.post(f"{AT}/9/cancel").status_code == 404
    answer = site.browser.post(f"{AT}/7/cancel", data={"token": site.token("/")})
    assert (answer.status_code, answer.location) == (303, AT)
    found = orders.of(DATASET, "round:7")
    assert found is not None
    assert (found.action, found.asked_by, found.terms) == (CANCEL_ROUND, "olga", terms)
    page = site.get(AT).text
    assert "olga asked to cancel round 7: waits for a worker." in page
    assert "Do not start" not in page
    told = site.browser.post(
        f"{AT}/7/cancel", data={"token": site.token("/")}, headers={"Accept": "application/json"}
    )
    assert (told.status_code, told.get_json()["order"]["action"]) == (202, CANCEL_ROUND)
    orders.settle(DATASET, found, at=9, result="7")
    assert "round 7" not in site.get(AT).text
