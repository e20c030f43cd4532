"""The pages over HTTP: who sees what, in which form, and what happens when a neighbour is away."""

from dataclasses import replace
from pathlib import Path

import pytest

from argilla_distill import plugin
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.review import CopyInfo
from argilla_distill.plugin.listener import create_app
from argilla_distill.plugin.settings import read
from argilla_distill.plugin.store import Store
from tests.plugin.pages.scene import ANNOTATORS, DATASET, RECORD, helpful, ledger, scene
from tests.plugin.pages.website import ENVIRONMENT, Site, redis_away

PAGE = f"/records/{RECORD}"
UNKNOWN = "/records/00000000-0000-4000-8000-000000000000"
EVIL = '<img src=x onerror="alert(1)">'
ESCAPED = "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;"


@pytest.fixture
def site(store: Store) -> Site:
    scene().write(store)
    return Site(store)


def test_what_waits_for_a_blind_review_is_not_told(site: Site, store: Store) -> None:
    """Neither what is decided nor who said what: a reviewer who has read it is led."""
    with store.redis.pipeline() as pipe:
        store.reviews.write_audits(pipe, DATASET, {RECORD: 0.1})
        store.reviews.write_copies(pipe, DATASET, {RECORD: CopyInfo("c-1", audit_pi=0.1)})
        pipe.execute()
    site.sign_in("adam")
    page = site.get(PAGE).text
    assert "Drawn at random." in page
    for part in ("ada.lindqvist", "97\u202f%", "dawid_skene:3", "toward yes", "What happened"):
        assert part not in page
    told = site.get(PAGE, json=True).get_json()
    assert told["audit"] is True
    assert told["questions"] == told["answers"] == told["events"] == told["near_identical"] == []
    assert told["fields"]
    with store.redis.pipeline() as pipe:
        store.reviews.write_audits(pipe, DATASET, {RECORD: None})  # it is answered
        pipe.execute()
    assert "dawid_skene:3" in site.get(PAGE).text


def test_the_page_tells_the_whole_story(site: Site) -> None:
    site.sign_in("adam")
    answer = site.get(PAGE)
    assert answer.status_code == 200
    for part in (
        "ada.lindqvist",
        "97\u202f%",
        "dawid_skene:3",
        "+2.6 toward yes",
        "+1.6 toward no",
        "odds of 37 to 1",
        "no independent vote",
        "took the answer back and kept it as a draft",
        "confidence 0.53 is below 0.7",
        "I was charged twice",
        "Kind.",
        f"http://argilla:6900/dataset/{DATASET}/annotation-mode",
        RECORD,
    ):
        assert part in answer.text


def test_the_same_story_is_told_as_json(site: Site) -> None:
    site.sign_in("adam")
    told = site.get(PAGE, json=True).get_json()
    assert told["record_id"] == RECORD
    question = next(q for q in told["questions"] if q["name"] == "helpful")
    assert (question["value"], question["state"], question["confidence"]) == (
        "yes",
        "shown",
        0.9741,
    )
    assert len(question["voices"]) == 8
    assert question["voices"][0]["who"] == {
        "name": "ada.lindqvist",
        "kind": "person",
        "agent": False,
    }
    assert told["fields"][0][0] == "prompt"


def test_reasons_keep_their_former_name_in_json_for_one_release(site: Site) -> None:
    site.sign_in("adam")
    questions = site.get(PAGE, json=True).get_json()["questions"]
    assert questions
    assert all(question["reason"] == question["word"] != "" for question in questions)
    dataset = site.get("/", json=True).get_json()["datasets"][0]
    assert (dataset["word"], dataset["review_word"]) == (
        dataset["reason"],
        dataset["review_reason"],
    )


@pytest.mark.parametrize("json", [False, True])
def test_to_whom_may_not_see_it_a_record_that_exists_is_like_one_that_does_not(
    site: Site, json: bool
) -> None:
    for visitor in ("nora", "anna"):
        site.browser = site.new_browser()
        site.sign_in(visitor)
        theirs = [site.get(path, json) for path in (PAGE, UNKNOWN, "/records/no-id")]
        assert [answer.status_code for answer in theirs] == [403] * 3
        assert len({answer.data for answer in theirs}) == 1
        assert b"no such record" in theirs[0].data


def test_an_owner_is_told_that_there_is_no_such_record(site: Site) -> None:
    site.sign_in("olga")
    assert site.get(UNKNOWN).status_code == 404
    assert site.get("/records/..%2f..", json=True).status_code == 404
    assert site.get(UNKNOWN, json=True).get_json()["error"].startswith("We know of no such record")


def test_an_id_is_known_in_any_spelling(site: Site) -> None:
    site.sign_in("olga")
    assert site.get(f"/records/{RECORD.upper()}").status_code == 200


def test_a_stranger_asking_for_json_is_told_to_sign_in(site: Site) -> None:
    answer = site.get(PAGE, json=True)
    assert (answer.status_code, answer.get_json()["sign_in"]) == (401, "/sign-in")


def test_what_people_wrote_is_shown_as_text(store: Store) -> None:
    evil = scene()
    evil.annotators = {**ANNOTATORS, 0: KnownAnnotator("u-ada", EVIL, "person")}
    evil.info["name"] = EVIL
    evil.ledger["r"]["1"][2]["comment"] = EVIL
    evil.ledger["r"]["2"][2] = {EVIL: "x", "helpful": EVIL}
    evil.decisions["helpful"] = helpful(
        v=EVIL, p={EVIL: 0.97, "no": 0.03}, top=EVIL, abstain=EVIL, s=EVIL
    )
    evil.conflicts["helpful"] = {**evil.conflicts["helpful"], "labels": {EVIL: [0], "no": [2]}}
    evil.entries[1] = replace(evil.entries[1], values={**evil.entries[1].values, "helpful": EVIL})
    evil.write(store)
    site = Site(store)
    site.argilla.fields[RECORD] = {EVIL: EVIL}
    site.sign_in("olga")
    for path in (PAGE, "/"):
        page = site.get(path)
        assert page.status_code == 200
        assert ESCAPED in page.text
        assert "<img" not in page.text
    site.browser = site.new_browser()
    refused = site.sign_in(EVIL, "wrong")
    assert ESCAPED in refused.text


def test_every_page_is_sealed(site: Site) -> None:
    site.sign_in("adam")
    for path in ("/", PAGE, UNKNOWN, "/sign-in"):
        headers = site.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


def test_the_pages_need_nothing_from_elsewhere_and_no_script(site: Site) -> None:
    site.sign_in("adam")
    for path in ("/", PAGE, UNKNOWN):
        page = site.get(path).text
        assert "<script" not in page
        assert "style=" not in page
        assert 'src="http' not in page
    for path in ("/static/style.css", "/static/icon.svg"):
        with site.get(path) as file:
            assert file.status_code == 200


def test_what_all_pages_share_is_small() -> None:
    files = list((Path(plugin.__file__).parent / "static").iterdir())
    assert files
    assert sum(file.stat().st_size for file in files) <= 40_000


def test_while_argilla_is_away_the_page_says_so_and_tells_the_rest(site: Site) -> None:
    site.sign_in("adam")
    site.argilla.away = True
    page = site.get(PAGE)
    assert page.status_code == 200
    assert "Argilla does not answer just now" in page.text
    assert "+2.6 toward yes" in page.text


def test_a_record_that_is_gone_from_argilla_keeps_its_page(store: Store) -> None:
    gone = scene()
    gone.ledger, gone.decisions, gone.conflicts = ledger(s="gone", r={}, m={}), {}, {}
    gone.write(store)
    site = Site(store)
    site.argilla.fields.clear()
    site.sign_in("adam")
    page = site.get(PAGE)
    assert page.status_code == 200
    assert "not in Argilla any more" in page.text
    assert "the record was deleted in Argilla" in page.text
    assert "What was decided before" in page.text


def test_a_record_that_was_set_aside_says_why(site: Site, store: Store) -> None:
    store.dirty.set_aside(DATASET, (RECORD, ""), "cannot be understood: KeyError", 0)
    site.sign_in("adam")
    assert "cannot be understood: KeyError" in site.get(PAGE).text


@pytest.mark.parametrize(("visitor", "sees"), [("olga", 2), ("adam", 1), ("nora", 0)])
def test_everybody_sees_the_datasets_of_their_workspaces(
    site: Site, store: Store, visitor: str, sees: int
) -> None:
    store.datasets.add("other")
    store.datasets.note("other", name="else/where", workspace_id="another")
    site.sign_in(visitor)
    assert len(site.get("/", json=True).get_json()["datasets"]) == sees
    assert ("else/where" in site.get("/").text) == (sees == 2)


def test_the_datasets_are_told_in_a_few_figures(site: Site) -> None:
    site.sign_in("adam")
    dataset = site.get("/", json=True).get_json()["datasets"][0]
    assert (dataset["records"], dataset["completed"], dataset["conflicts"]) == (80, 61, 1)
    assert f'href="/datasets/{DATASET}"' in site.get("/").text


@pytest.fixture
def nowhere() -> Store:
    return redis_away()


@pytest.mark.parametrize("path", ["/", "/sign-in", PAGE])
def test_while_redis_is_away_the_pages_answer_503(nowhere: Store, path: str) -> None:
    site = Site(nowhere)
    page = site.get(path)
    assert page.status_code == 503
    assert "Nothing is lost" in page.text
    assert site.get(path, json=True).get_json()["error"].startswith("Redis does not answer")


def test_while_redis_is_away_a_cookie_breaks_nothing_but_pages(nowhere: Store) -> None:
    site = Site(nowhere)
    site.browser.set_cookie("distill_session", "anything")
    assert site.get("/").status_code == 503
    with site.get("/static/style.css") as file:
        assert file.status_code == 200


def test_redis_going_away_after_sign_in_is_a_503_as_well(site: Site) -> None:
    site.sign_in("olga")
    pool = site.store.redis.connection_pool
    pool.disconnect()
    path, pool.connection_kwargs["path"] = pool.connection_kwargs["path"], "/nonexistent.sock"
    try:
        pool.reset()
        assert site.get("/").status_code == 503
    finally:
        pool.connection_kwargs["path"] = path
        pool.reset()


def test_the_listener_carries_the_pages(nowhere: Store) -> None:
    app = create_app(read(ENVIRONMENT), nowhere)
    browser = app.test_client()
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/sign-in").status_code == 503
    browser.set_cookie("distill_session", "anything")
    assert browser.post("/webhooks/argilla", data="x").status_code in (415, 503)


def test_a_record_is_found_by_its_external_id_as_well(store: Store) -> None:
    told = scene()
    told.ledger["e"] = "ticket/1 <b>"
    told.write(store)
    site = Site(store)
    site.sign_in("adam")
    page = site.get("/records/ticket%2F1%20%3Cb%3E")
    assert page.status_code == 200
    assert RECORD in page.text
    assert "ticket/1 &lt;b&gt;" in page.text
    assert site.get(PAGE, json=True).get_json()["external_id"] == "ticket/1 <b>"


def test_an_external_id_of_several_records_leads_to_all_that_the_visitor_may_see(
    store: Store,
) -> None:
    other, foreign = UNKNOWN.rpartition("/")[2], "00000000-0000-4000-8000-000000000009"
    told = scene()
    told.ledger["e"] = "ticket-1"
    told.write(store)
    told.info["workspace_id"], elsewhere = "elsewhere", told.info["workspace_id"]
    told.write(store, "0-foreign", foreign)
    site = Site(store)
    site.sign_in("adam")
    assert site.get("/records/ticket-1").status_code == 200
    told.info["workspace_id"] = elsewhere
    told.write(store, "0-other", other)
    several = site.get("/records/ticket-1")
    assert several.status_code == 404
    assert RECORD in several.text
    assert other in several.text
    assert foreign not in several.text
    assert f'href="/records/{other}"' in several.text
    listed = site.get("/records/ticket-1", json=True)
    assert listed.status_code == 404
    assert set(listed.get_json()["records"]) == {PAGE, f"/records/{other}"}
