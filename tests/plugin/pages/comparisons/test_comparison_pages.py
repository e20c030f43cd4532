"""The pages of comparisons: which is better, how sure that is, and how a comparison is asked for."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from werkzeug.test import TestResponse

from argilla_distill.domain.orders.order import COUNT_RUNS, OF_RUNS, WorkOrder
from argilla_distill.domain.runs.run import ModelRun, Prediction
from argilla_distill.plugin.dispatch import ORDERS
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.comparisons import comparison_gallery
from tests.plugin.pages.comparisons.comparison_gallery import AT, NEW, PAIR, RUNS, STANDINGS
from tests.plugin.pages.scene import DATASET
from tests.plugin.pages.versions.version_gallery import AT as VERSIONS
from tests.plugin.pages.website import Site

EVIL = "<img src=x onerror=\"alert('1')\">&amp;{{ 7*7 }}"


@pytest.fixture
def site(store: Store, tmp_path: Path) -> Site:
    gallery.write(store)
    comparison_gallery.write(store, tmp_path)
    return opened(store, tmp_path)


def opened(store: Store, folder: Path) -> Site:
    where = {"DISTILL_VERSIONS": str(folder), "DISTILL_QUEUE": store.keys.prefix}
    site = Site(store, environment=where)
    site.sign_in("olga")
    return site


def queued(site: Site) -> list[str]:
    queue = Queue(
        f"{site.settings.queue}-versions", connection=site.store.redis, serializer=JSONSerializer
    )
    return [str(job.func_name) for job in queue.jobs]


def test_a_comparison_is_told_in_sentences_as_pictures_and_as_a_table(site: Site) -> None:
    page = site.get(PAIR).text
    for part in (
        "Cannot tell which has the better labels: −2 points (−7 to +2), on 400 audits; about 300 more would.",
        "learned-3 makes the better model: +8 points (+3 to +13), on 400 audits.",
        "A label that is left open counts as not right.",
        "labels: learned-2: 81\u202f%, 77 to 85\u202f%; learned-3: 83\u202f%, 79 to 87\u202f%; ",
        "small model, trained on labels: ",
        "learned-2 − learned-3: −8 points, −13 to −3",
        "with 400 audits that were answered by then",
        'data-is="p (Holm)">0.004</td>',
        "Small model, trained on probabilities:</span> learned-3 makes the better model: +10 points",
        "the most frequent answer always",
        'data-is="within">77 to 85\u202f%</td>',
        f"{VERSIONS}/learned-2...learned-3",
    ):
        assert part in page
    assert page.count('class="dot open"') == 1  # of what cannot be told
    assert page.count('class="ideal"') == 4  # what the most frequent answer would reach
    other = site.get(f"{PAIR}?question=problem").text
    assert "Models are not compared. Texts tell nothing." in other
    assert "<figure" not in other


def test_json_has_what_the_page_has(site: Site) -> None:
    answer = site.get(PAIR, json=True)
    told = answer.get_json()
    assert (answer.status_code, told["comparing"]) == (200, None)
    assert [each["verdict"] for each in told["contests"]] == [
        "unknown",
        "other",
        "other",
        "stopped",
    ]
    assert told["contests"][1]["one_low"] == pytest.approx(0.67)
    assert "run_contents" not in told
    assert site.get(f"{AT}/learned-2...latest", json=True).get_json() == told


def test_runs_are_compared_under_an_address_of_their_own(site: Site) -> None:
    assert "bot-a is the better model: +20 points (+10 to +30)" in site.get(RUNS).text
    assert site.get(RUNS, json=True).get_json()["runs"] == ["bot-a", "bot-b"]
    # another run of the same name is another run
    site.store.redis.hdel(site.store.keys.of(DATASET, "runs"), "bot-b")
    site.store.runs.add(
        DATASET, ModelRun("bot-b", "helpful", content="3"), [Prediction("r1", "no")]
    )
    assert "Not compared yet" in site.get(RUNS).text
    told = site.get(AT, json=True).get_json()["comparisons"]
    assert [each["versions"] for each in told] == [["learned-2", "learned-3"]]


def test_what_was_not_compared_is_said_and_an_owner_asks_for_it(site: Site) -> None:
    page = site.get(NEW)
    assert (page.status_code, "Not compared yet" in page.text) == (200, True)
    assert site.get(NEW, json=True).status_code == 404
    assert queued(site) == []
    answer = site.browser.post(NEW, data={"token": site.token(NEW)})
    assert (answer.status_code, answer.location) == (303, NEW)
    assert queued(site) == [ORDERS]
    page = site.get(NEW)
    assert (page.status_code, page.headers["Refresh"]) == (202, "2")
    assert "Being compared" in page.text
    told = site.get(NEW, json=True)
    assert (told.status_code, told.headers["Retry-After"]) == (202, "2")
    assert told.get_json() == {
        "comparing": {
            "versions": ["learned-3", "learned-2"],
            "runs": [],
            "done": 0,
            "total": 0,
            "error": "",
        }
    }
    # to ask twice sends nobody twice
    site.browser.post(NEW, data={"token": site.token(NEW)})
    assert queued(site) == [ORDERS]
    # what is being done by now is done once more: more audits may have been answered
    (order,) = site.store.orders.waiting(DATASET)
    site.store.orders.note(DATASET, order, "comparing", 1, 4)
    assert "25\u202f%" in site.get(NEW).text
    site.clock.now += 1
    site.browser.post(NEW, data={"token": site.token(NEW)})
    (again,) = site.store.orders.waiting(DATASET)
    assert (again.asked_at > order.asked_at, again.stage) == (True, "")
    assert NEW in site.get(AT).text
    site.store.orders.settle(DATASET, again, again.asked_at, error="a file is missing")
    assert "It could not be compared: a file is missing" in site.get(NEW).text
    assert site.get(NEW, json=True).status_code == 500
    site.browser.post(NEW, data={"token": site.token(NEW)})
    assert queued(site) == [ORDERS] * 3
    assert "Being compared" in site.get(NEW).text


def test_what_is_known_stays_on_the_page_while_it_is_compared_once_more(site: Site) -> None:
    key = {"Authorization": "Bearer olga.apikey"}
    answer = site.app.test_client().post(PAIR, headers=key)
    assert (answer.status_code, answer.get_json()["comparing"]["done"]) == (202, 0)
    page = site.get(PAIR).text
    assert "Being compared once more" in page
    assert "learned-3 makes the better model" in page


def test_a_comparison_that_another_site_asks_for_is_not_made(site: Site) -> None:
    for token in ("", "x" * 40):
        assert site.browser.post(NEW, data={"token": token}).status_code == 400
    assert queued(site) == []


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (f"{AT}/learned-2", 400, "two or more different versions, not learned-2"),
        (f"{AT}/learned-3...latest", 400, "two or more different versions"),
        (f"{AT}/learned-3...lerned-2", 404, "did you mean learned-2?"),
        (f"{AT}/learned-3...majority-1", 410, "The files of majority-1 are deleted"),
        (f"{AT}?runs=bot-a", 400, "two or more different runs, not bot-a"),
        (f"{AT}?runs=bot-a...bot-c", 404, "There is no run bot-c here (did you mean"),
    ],
)
def test_what_cannot_be_compared_is_said(site: Site, path: str, status: int, said: str) -> None:
    answer = site.get(path)
    assert answer.status_code == status
    assert said in answer.text
    assert site.browser.post(path, data={"token": site.token("/")}).status_code == status
    assert queued(site) == []


def test_versions_and_runs_are_chosen_from_a_list(site: Site) -> None:
    page = site.get(AT).text
    assert 'value="learned-3"' in page
    assert 'value="majority-1"' not in page
    assert PAIR in page
    chosen = site.get(f"{AT}?version=learned-3&version=learned-2")
    assert (chosen.status_code, chosen.location) == (302, NEW)
    chosen = site.get(f"{AT}?run=bot-a&run=bot-b")
    assert chosen.location == RUNS
    for path in (VERSIONS, f"{VERSIONS}/learned-2...learned-3", f"{VERSIONS}/learned-3"):
        assert f'href="{PAIR}"' in site.get(path).text


def test_runs_are_told_with_what_they_were_trained_on_and_how_often_they_are_right(
    site: Site,
) -> None:
    page = site.get(STANDINGS).text
    for part in (
        'aria-label="How often each run is right. bot-a: 90\u202f%, 86 to 93\u202f%."',
        f'href="{VERSIONS}/learned-2"',
        "2026-W46",
        "60 to 93\u202f%",
        'data-is="log loss">0.31</td>',
        'data-is="right">–</td>',  # of bot-b, which nobody has counted yet
        "Counted",
    ):
        assert part in page
    told = site.get(STANDINGS, json=True).get_json()
    assert [(each["name"], each["audits"]) for each in told["runs"]] == [
        ("bot-a", 400),
        ("bot-b", 0),
    ]
    assert [each["week"] for each in told["runs"][0]["weeks"]] == ["2026-W46", "2026-W47"]
    assert told["counting"] is False
    site.store.orders.place(DATASET, WorkOrder(OF_RUNS, COUNT_RUNS, asked_at=1))
    assert "A worker counts them" in site.get(STANDINGS).text
    for name in ("bot-a", "bot-b"):
        site.store.runs.delete(DATASET, name)
    assert "argilla-distill run add support/chatbot-feedback" in site.get(STANDINGS).text
    assert site.get(STANDINGS, json=True).get_json()["runs"] == []


@pytest.mark.parametrize("name", ["nora", "anna"])
def test_comparisons_are_for_those_who_oversee_the_dataset(site: Site, name: str) -> None:
    site.browser = site.new_browser()
    site.sign_in(name)
    assert site.get(STANDINGS).status_code == 403
    for path in (AT, PAIR, RUNS):
        assert site.get(path).status_code == 403
        assert site.browser.post(path, data={"token": site.token("/")}).status_code == 403
    assert queued(site) == []


def test_what_people_wrote_is_shown_as_text(store: Store, tmp_path: Path) -> None:
    gallery.write(store)
    comparison_gallery.write(store, tmp_path, lambda text: f"{text} {EVIL}")
    site = opened(store, tmp_path)
    for path in (AT, STANDINGS, PAIR, f"{PAIR}?question=problem"):
        page = site.get(path).text
        assert "<img" not in page
        assert path in (AT, STANDINGS) or "&lt;img src=x" in page


def test_a_run_is_asked_for_of_a_file_that_is_here(site: Site) -> None:
    digest = sha256(b"lines").hexdigest()
    key = {"Authorization": "Bearer adam.apikey"}

    def post(path: str, **given: Any) -> TestResponse:
        return site.app.test_client().post(path, headers=key, **given)

    form = {"question": "helpful", "sha256": digest, "unseen_only": "yes"}
    missing = post(f"{STANDINGS}/bot-c", data=form)
    assert (missing.status_code, "send its parts to" in missing.get_json()["error"]) == (422, True)
    post(f"/datasets/{DATASET}/uploads/{digest}/0", data=b"lines")
    for more, said in (
        ({"unseen": "yes"}, "there is no unseen to send (did you mean unseen_only?)"),
        ({"unseen_only": "maybe"}, "unseen_only is yes or no"),
        ({"format": "xlsx"}, "format is one of jsonl, csv, parquet"),
        ({"sha256": "1"}, "in 64 hex digits"),
        ({"question": "x" * 501}, "500 characters at most"),
    ):
        refused = post(f"{STANDINGS}/bot-c", data={**form, **more})
        assert (refused.status_code, said in refused.get_json()["error"].lower()) == (422, True)
    assert queued(site) == []
    order = post(f"{STANDINGS}/bot-c", data=form).get_json()["order"]
    assert (order["id"], order["asked_by"], order["terms"]["parts"]) == ("run:bot-c", "adam", 1)
    assert order["terms"]["unseen_only"] is True
    assert queued(site) == [ORDERS]
    for other, status in (("nora.apikey", 403), ("anna.apikey", 403)):
        key["Authorization"] = f"Bearer {other}"
        assert post(f"{STANDINGS}/bot-d", data=form).status_code == status
