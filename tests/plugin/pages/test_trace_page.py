"""The page of tracing: segments with their verdicts, what to do, and nothing for annotators."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill.domain.stand_in import ComparedPerson, Panel, StandIn
from argilla_distill.domain.state.ledger_entry import LedgerAdjudication, LedgerEntry
from argilla_distill.domain.versions.segment_audits import (
    REST,
    DrawnRecord,
    SampledSegment,
    SegmentSample,
)
from argilla_distill.domain.versions.traced_failures import TracedFailures
from argilla_distill.domain.versions.tracing import (
    Failure,
    FailuresOrigin,
    Near,
    SegmentShare,
    Suspect,
    Suspicions,
)
from argilla_distill.plugin.pages.views.annotator_view import for_themselves, person, rows
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.tracing.sent_failures import MAX_KEPT
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET
from tests.plugin.pages.website import Site

TRACE = f"/datasets/{DATASET}/trace"


def found(significant: bool = True) -> Suspicions:
    bad = Suspect("round", "round=<2>", 150, 60, 24, 8.1, 4.2, 0.00001, significant)
    few = Suspect("annotator", "annotator=ann", 12, 4, 1, 0.0, 0.0, 1.0, False)
    gate = "The texts tell a small model which label it is."
    return Suspicions("helpful", "learned-3", 1_794_787_200_000, 300, 300, True, gate, (bad, few))


@pytest.fixture
def site(store: Store) -> Site:
    gallery.write(store)
    store.suspicions.keep(DATASET, found())
    return Site(store)


def test_segments_are_told_with_their_verdict_and_what_to_do(site: Site) -> None:
    site.sign_in("olga")
    page = site.get(f"{TRACE}?question=helpful").text
    for part in (
        "Associated with wrong labels: round=&lt;2&gt;",
        "<b>suspect</b>",
        "too few to tell",
        "150",
        "4.2",
        "What to do",
        "--without",
    ):
        assert part in page
    told = site.get(f"{TRACE}?question=helpful", json=True).get_json()
    assert told["suspicions"]["segments"][0]["segment"] == "round=<2>"
    assert told["message"].startswith("Associated with wrong labels")


def test_audits_of_segments_and_remedies_are_told_on_the_page_and_in_json(
    site: Site, store: Store
) -> None:
    records = tuple(DrawnRecord(f"d{n}", "yes", ()) for n in range(3))
    some = SampledSegment("round", "round=<2>", 40, records)
    rest = SampledSegment(REST, "", 90, ())
    sample = SegmentSample("helpful", "learned-3", 1_794_787_200_000, (some, rest))
    said = LedgerAdjudication("submitted", 5, {"helpful": "no"})
    ledger = {"d0": LedgerEntry("completed", 1, adjudications={7: said})}
    with store.redis.pipeline() as pipe:
        store.segment_audits.keep(pipe, DATASET, sample)
        store.datasets.write_ledger(pipe, DATASET, ledger)
        pipe.execute()
    site.sign_in("olga")
    page = site.get(f"{TRACE}?question=helpful").text
    for part in (
        "Audits of segments",
        "1 of 3",
        "100\u202f%",
        "the rest",
        "--re-ask",
        "--audit 40",
    ):
        assert part in page
    told = site.get(f"{TRACE}?question=helpful", json=True).get_json()
    assert told["audits"]["segments"][0]["wrong"] == 1
    # d1 and d2 are known to nobody any more: they will not be decided
    assert told["audits"]["message"] == "Audits prove of no segment that it is worse than the rest."
    assert "'round=<2>'" in told["remedies"][2]["command"]


def test_where_nothing_is_suspect_or_nothing_was_looked_at_the_page_says_so(
    site: Site, store: Store
) -> None:
    store.suspicions.keep(DATASET, found(significant=False))
    site.sign_in("olga")
    page = site.get(f"{TRACE}?question=helpful").text
    assert "No segment is suspect beyond what chance explains." in page
    assert "What to do" not in page
    other = site.get(f"{TRACE}?question=problem")
    assert "No version has been looked at yet" in other.text
    assert site.get(f"{TRACE}?question=problem", json=True).get_json()["suspicions"] is None


def test_whoever_does_not_oversee_the_dataset_sees_no_segment(site: Site) -> None:
    site.sign_in("anna")
    for json in (False, True):
        assert site.get(TRACE, json=json).status_code == 403


def test_a_models_page_says_whether_it_may_replace_a_person_beside_whom_by_name(
    store: Store,
) -> None:
    gallery.write(store)
    report = gallery.question("helpful", ("yes", "no"))
    beside = (ComparedPerson(0, 40, 0.9, 0.8, 0.0001, True),)
    stands = StandIn("yes", 0.15, 1.0, 0.9, beside, 40, 3)
    known = report.annotators[0]
    annotators = tuple(
        type(known)(**{**vars(each), "stand_in": stands if each.number == 2 else None})
        for each in report.annotators
    )
    panel = Panel(2, 1.5, 1.2, 1.8, 0.4, 90, "people")
    report = type(report)(**{**vars(report), "annotators": annotators, "panel": panel})
    overview = store.reports.overview(DATASET)
    assert overview is not None
    store.reports.write(DATASET, overview, [report], {})
    site = Site(store)
    site.sign_in("olga")
    page = site.get(f"/datasets/{DATASET}/annotators/2?question=helpful").text
    assert "It may replace a person" in page
    assert "&lt; 0.001" in page
    assert "ada" in page
    everybody = site.get(f"/datasets/{DATASET}/annotators?question=helpful").text
    assert "worth about 1.5 independent votes" in everybody
    people = store.datasets.annotators(DATASET)
    own = for_themselves(person(2, report, people), ())
    assert own.report is not None
    assert own.report.stand_in is None
    assert own.beside == ()
    row = next(each for each in rows(report, people) if each.number == 2)
    assert row.report.stand_in is not None
    assert row.report.stand_in.people == ()
    assert "3 of 3 people" in row.report.stand_in.sentence


def test_failures_are_sent_by_the_form_and_shown_with_what_is_near(
    site: Site, store: Store
) -> None:
    site.sign_in("olga")
    at = f"{TRACE}/failures"
    token = site.token(f"{TRACE}?question=helpful")
    sent = {"failures": '{"text": "<late>"}\n\n', "question": "helpful", "token": token}
    answer = site.browser.post(at, data=sent)
    where = answer.headers["Location"]
    assert (answer.status_code, where.startswith(at)) == (303, True)
    assert "waits for a worker" in site.get(where).text
    (kept,) = store.sent_failures.all(DATASET)
    (order,) = store.orders.waiting(DATASET)
    assert (kept.lines, order.about) == (('{"text": "<late>"}',), kept.id)
    assert "1 failures" not in site.get(TRACE).text
    near = Near("d1", 0.5, "a <b> parcel", "yes", "2", ("ann",), ("1",), True)
    origin = FailuresOrigin((Failure("<late>", (near,)),), (SegmentShare("round=2", 1, 1.0, 0.3),))
    store.sent_failures.keep(DATASET, replace(kept, version="learned-3", origin=origin))
    page = site.get(where).text
    for part in (
        "Near to 1 failure",
        "&lt;late&gt;",
        "a &lt;b&gt; parcel",
        "round=2",
        "100\u202f%",
    ):
        assert part in page
    assert site.get(where, json=True).get_json()["shares"][0]["segment"] == "round=2"
    assert site.browser.post(at, data={**sent, "token": "x"}).status_code == 400
    assert site.browser.post(at, data={**sent, "near": "x"}).status_code == 422
    assert site.browser.post(at, data={**sent, "near_": "x"}).status_code == 422
    large = {**sent, "failures": "\n".join(['{"text": "' + "x" * 900 + '"}'] * 900)}
    assert site.browser.post(at, data=large).status_code == 303
    assert site.get(f"{at}/unknown").status_code == 404
    other = Site(store)
    other.sign_in("anna")
    assert other.get(where).status_code == 403


def test_of_failures_that_were_sent_the_latest_are_kept(store: Store) -> None:
    for n in range(MAX_KEPT + 2):
        sent = TracedFailures(str(n), ("{}",), "", "latest", "", "", 5, n)
        store.sent_failures.keep(DATASET, sent)
    kept = [each.id for each in store.sent_failures.all(DATASET)]
    assert kept == [str(n) for n in range(MAX_KEPT + 1, 1, -1)]
