"""Who sees which page: owners all, admins their workspaces, annotators themselves, strangers nothing."""

import re
from dataclasses import replace
from typing import Any

import pytest

from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.ledger_entry import LedgerAnswer, LedgerEntry
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET, RECORD, WORKSPACE, at, scene
from tests.plugin.pages.website import Site

ANNA = 13
HERS = f"/datasets/{DATASET}/annotators/{ANNA}"
OTHERS = (
    f"/datasets/{DATASET}",
    f"/datasets/{DATASET}/annotators",
    f"/datasets/{DATASET}/annotators/2",
    f"/records/{RECORD}",
)
EXAMPLES = f"/datasets/{DATASET}/examples"
ELSEWHERE = (
    "/datasets/00000000-0000-4000-8000-000000000000",
    "/datasets/no-id/annotators",
    f"/datasets/{DATASET}/annotators/999",
    "/records/00000000-0000-4000-8000-000000000000",
)


@pytest.fixture
def site(store: Store) -> Site:
    gallery.write(store)
    return Site(store)


@pytest.mark.parametrize("path", [*OTHERS, EXAMPLES, HERS])
@pytest.mark.parametrize("visitor", ["olga", "adam"])
def test_owners_and_admins_of_the_workspace_see_every_page(
    site: Site, visitor: str, path: str
) -> None:
    site.sign_in(visitor)
    assert site.get(path).status_code == 200
    assert site.get(path, json=True).status_code == 200


@pytest.mark.parametrize("json", [False, True])
@pytest.mark.parametrize("visitor", ["nora", "anna"])
def test_what_is_there_and_what_is_not_look_the_same_to_whom_may_see_neither(
    site: Site, visitor: str, json: bool
) -> None:
    site.sign_in(visitor)
    answers = [site.get(path, json) for path in (*OTHERS, *ELSEWHERE)]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.data for answer in answers}) == 1
    assert b"chatbot" not in answers[0].data


def test_an_owner_is_told_what_is_not_there(site: Site) -> None:
    site.sign_in("olga")
    assert {site.get(path).status_code for path in ELSEWHERE} == {404}


@pytest.mark.parametrize("path", ["/", *OTHERS, EXAMPLES, HERS, *ELSEWHERE])
def test_a_stranger_sees_nothing(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")
    told = site.get(path, json=True)
    assert (told.status_code, told.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert set(told.get_json()) == {"error", "sign_in"}


def test_an_annotator_begins_at_their_own_work(site: Site) -> None:
    site.sign_in("anna")
    home = site.get("/")
    assert "Your work" in home.text
    assert set(re.findall(r'href="(/datasets[^"?]*)', home.text)) == {HERS, EXAMPLES}
    (told,) = site.get("/", json=True).get_json()["datasets"]
    assert (told["id"], told["number"]) == (DATASET, ANNA)
    assert {q["question"] for q in told["questions"]} == {"helpful", "problem"}
    assert told["questions"][0]["report"]["votes"] == 523


def test_an_annotators_page_names_nobody_else_and_leads_to_no_record(site: Site) -> None:
    site.sign_in("anna")
    page = site.get(HERS).text
    told = site.get(HERS, json=True).text
    assert "anna" in page
    for name in ("ada.lindqvist", "dora", "rita", "newcomer", "llm-atlas"):
        assert name not in page
        assert name not in told
    links = set(re.findall(r'href="(/[^"?]*)', page)) - {"/static/style.css", "/static/icon.svg"}
    assert links == {"/", HERS}


def names_somebody(text: str) -> list[str]:
    """Who is named, of those who are not anna."""
    others = (
        "ada.lindqvist",
        "dora",
        "rita",
        "sam",
        "newcomer",
        "judge-7b",
        "person 4",
        "llm-atlas",
    )
    return [name for name in others if re.search(rf"\b{name}\b", text)]


def test_annotators_read_the_examples_of_their_datasets_and_nothing_else_of_them(
    site: Site,
) -> None:
    site.sign_in("anna")
    page = site.get(f"{EXAMPLES}?question=problem").text
    told = site.get(f"{EXAMPLES}?question=problem", json=True).get_json()
    assert set(told) == {"dataset", "questions", "question", "counted_at", "labels"}
    assert [lesson["value"] for lesson in told["labels"]] == list(gallery.LABELS)
    assert "Plainly so" in page
    assert set(re.findall(r'href="(/(?!static)[^"?]*)', page)) == {"/", HERS, EXAMPLES}
    assert f"{EXAMPLES}?question=problem" in page


def test_so_does_somebody_who_has_yet_to_answer(site: Site) -> None:
    site.argilla.accounts["nia"] = ("nias-secret", "annotator", [WORKSPACE])
    site.sign_in("nia")
    home = site.get("/", json=True).get_json()
    assert home["datasets"] == []
    assert [d["id"] for d in home["examples"]] == [DATASET]
    assert EXAMPLES in site.get("/").text
    assert site.get(EXAMPLES).status_code == 200
    assert site.get(f"/records/{RECORD}").status_code == 403


def test_nobody_of_another_workspace_reads_them(site: Site) -> None:
    site.sign_in("nora")
    assert site.get(EXAMPLES).status_code == 403
    assert site.get(EXAMPLES, json=True).status_code == 403


def test_an_example_that_was_reopened_since_it_was_counted_is_not_shown(site: Site) -> None:
    report = site.store.reports.question(DATASET, "problem")
    assert report is not None
    gone = report.examples[0].record
    entry = LedgerEntry("pending", at(61))
    with site.store.redis.pipeline() as pipe:
        site.store.datasets.write_ledger(pipe, DATASET, {gone: entry})
        pipe.execute()
    for name in ("anna", "olga"):
        site.browser = site.new_browser()
        site.sign_in(name)
        told = site.get(f"{EXAMPLES}?question=problem", json=True).text
        assert gone not in told
        assert report.examples[1].record in told


@pytest.fixture
def hers(store: Store) -> Site:
    """Anna answered the scene's record too."""
    told = scene()
    told.ledger["r"]["13"] = ["submitted", at(50), {"helpful": "no", "problem": "none"}, []]
    told.ledger["r"]["0"][2]["because"] = "it names the amount"
    gallery.write(store, told=told)
    store.datasets.note(DATASET, explains="because")
    return Site(store)


def test_an_annotator_reads_why_on_a_completed_record_that_they_answered(hers: Site) -> None:
    hers.sign_in("anna")
    page, told = hers.get(f"/records/{RECORD}"), hers.get(f"/records/{RECORD}", json=True)
    assert page.status_code == told.status_code == 200
    (helpful, *_) = told.get_json()["questions"]
    assert (helpful["name"], helpful["mine"]) == ("helpful", "no")
    assert helpful["reviews"][0][1].startswith("The reply names no order")
    assert "“it names the amount”" in helpful["explanation"]
    assert "The reply names no order" in page.text
    assert "I was charged twice" in page.text


def test_it_quotes_words_of_the_record_that_tell_the_label(hers: Site) -> None:
    report = hers.store.reports.question(DATASET, "helpful")
    overview = hers.store.reports.overview(DATASET)
    assert report is not None
    assert overview is not None
    told = replace(report, words={"yes": ("sorry", "absent", "payment")})
    hers.store.reports.write(DATASET, overview, [told], {})
    for name in ("anna", "olga"):
        hers.browser = hers.new_browser()
        hers.sign_in(name)
        questions = hers.get(f"/records/{RECORD}", json=True).get_json()["questions"]
        (helpful,) = [q for q in questions if q["name"] == "helpful"]
        assert "Its text has “sorry” and “payment”" in helpful["explanation"]


def test_it_names_nobody_else_and_tells_how_often_nobody_is_right(hers: Site) -> None:
    hers.sign_in("anna")
    for json in (False, True):
        text = hers.get(f"/records/{RECORD}", json).text
        assert names_somebody(text) == []
        assert "reliab" not in text
        assert "tends to be right" not in text
        assert "usually right" not in text


@pytest.mark.parametrize(
    "change",
    [
        {"status": "pending"},
        {"answers": {13: LedgerAnswer("draft", 1, {"helpful": "no"})}},
        {"answers": {13: LedgerAnswer("discarded", 1, {})}},
    ],
)
def test_before_it_is_complete_or_without_an_answer_of_theirs_it_is_not_there(
    hers: Site, change: dict[str, Any]
) -> None:
    (entry,) = hers.store.datasets.ledger(DATASET, [RECORD])
    assert entry is not None
    answers = {**entry.answers, **change.get("answers", {})}
    entry = replace(entry, **{**change, "answers": answers})
    with hers.store.redis.pipeline() as pipe:
        hers.store.datasets.write_ledger(pipe, DATASET, {RECORD: entry})
        pipe.execute()
    hers.sign_in("anna")
    assert hers.get(f"/records/{RECORD}").status_code == 403
    assert hers.get(f"/records/{RECORD}", json=True).status_code == 403


def test_nor_with_fewer_answers_than_the_overlap_asks_for(hers: Site) -> None:
    """A user was deleted: Argilla leaves the record completed until something is written to it."""
    hers.store.datasets.note(DATASET, overlap=50)
    hers.sign_in("anna")
    assert hers.get(f"/records/{RECORD}").status_code == 403


def test_an_annotators_page_takes_an_id_in_any_spelling(site: Site) -> None:
    site.sign_in("anna")
    assert site.get(f"/datasets/{DATASET.upper()}/annotators/{ANNA}").status_code == 200


def test_who_left_the_workspace_sees_their_work_there_no_more(site: Site) -> None:
    site.argilla.accounts["anna"] = ("annas-secret", "annotator", [])
    site.sign_in("anna")
    assert site.get(HERS).status_code == 403
    assert site.get("/", json=True).get_json()["datasets"] == []
    assert "Nothing of yours yet" in site.get("/").text


def test_somebody_of_the_same_name_is_not_the_same_annotator(site: Site) -> None:
    """Accounts are told apart by Argilla's id: a name may be given anew."""
    site.argilla.accounts["dora"] = ("doras-secret", "annotator", [WORKSPACE])
    site.sign_in("dora")
    assert site.get(f"/datasets/{DATASET}/annotators/3").status_code == 403
    assert site.get("/", json=True).get_json()["datasets"] == []


def test_an_admin_who_answers_elsewhere_sees_only_their_own_work_there(store: Store) -> None:
    """Nora administers another workspace and annotates in this one."""
    told = scene()
    told.annotators[20] = KnownAnnotator("id-of-nora", "nora", "person")
    gallery.write(store, told=told)
    site = Site(store)
    site.sign_in("nora")
    assert site.get("/", json=True).get_json()["datasets"] == []
    assert site.get(f"/datasets/{DATASET}/annotators/20").status_code == 403


@pytest.mark.parametrize("path", [*OTHERS, EXAMPLES, HERS, "/"])
def test_pages_are_only_ever_read(site: Site, path: str) -> None:
    """A post from another site finds nothing to do: the only forms are those of signing in and out."""
    site.sign_in("olga")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = site.browser.open(path, method=method, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 405


def test_no_page_may_be_framed_or_may_run_a_script(site: Site) -> None:
    site.sign_in("olga")
    for path in ("/", *OTHERS, EXAMPLES, HERS):
        answer = site.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert "<script" not in answer.text
        assert not re.search(r"\s(?:style|on\w+)=", answer.text)
