"""What the pages say, as HTML and as JSON: figures, reasons, links, and words where nothing is known."""

import json
import re
from dataclasses import replace

import pytest

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.report import Example, Overview, Pair, Today
from argilla_distill.domain.state.review import ReviewInfo
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.shapes import record_shapes
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET, QUESTIONS, RECORD, at, helpful, info, scene
from tests.plugin.pages.website import Site

HOME = f"/datasets/{DATASET}"


@pytest.fixture
def site(store: Store) -> Site:
    return gallery.shown(store)


@pytest.fixture
def bare(store: Store) -> Site:
    """Answers have come, nothing is counted yet."""
    scene().write(store)
    site = Site(store)
    site.sign_in("olga")
    return site


# Overview


def test_the_overview_tells_of_progress_conflicts_strategy_and_today(site: Site) -> None:
    page = site.get("/").text
    for part in (
        "<b>61</b> of 80 answered records completed",
        "answers today",
        "214",
        "learned:7",
        "+7 points",
        "on 112 audits",
        "Counted at",
        "12:35:40 UTC on 18 Nov 2026",
        "Review in Argilla, in this order",
        "sort=metadata.priority.desc",
    ):
        assert part in page
    (told,) = site.get("/", json=True).get_json()["datasets"]
    counts = {"answers": 214, "decisions": 37, "adjudications": 5, "fits": 1}
    assert told["today"] == counts | {"versions": 1}, (
        "fits under their name in the last release too"
    )
    assert told["counted_at"] == at(89)
    first = told["questions"][0]
    assert first["gain"] == pytest.approx(0.072)
    assert first["fit"] == first["version"] == 7


def test_what_was_counted_yesterday_is_not_called_todays(site: Site) -> None:
    site.clock.now += 86_400
    site.sign_in("olga")
    (told,) = site.get("/", json=True).get_json()["datasets"]
    assert told["today"] is None
    assert "answers today" not in site.get("/").text


def test_without_audits_nothing_is_claimed_and_it_is_said_what_would_tell(store: Store) -> None:
    gallery.write(store)
    question = replace(gallery.question("helpful", ("yes", "no")), audited=Audited())
    store.reports.write(DATASET, gallery.overview([question]), [question], {})
    site = Site(store)
    site.sign_in("olga")
    home = site.get("/").text.split("What the figures mean")[0]
    assert "no audits yet: 50 would tell to ± 10 points" in home
    assert "points (" not in home
    page = site.get(HOME).text
    assert page.count("how often labels are right is not known: 50 audits would tell") == 2
    assert "Confidence against" not in page
    (told,) = site.get("/", json=True).get_json()["datasets"]
    first = told["questions"][0]
    for name in ("accuracy", "majority", "gain", "gain_low", "accuracy_high", "calibration"):
        assert first[name] is None
    report = site.get(HOME, json=True).get_json()["report"]
    assert (report["accuracy"], report["majority"], report["calibration"]) == (None, None, [])


def test_figures_of_the_last_release_measured_worst_first_are_not_shown(store: Store) -> None:
    gallery.write(store)
    question = replace(gallery.question("helpful", ("yes", "no")), audited=Audited())
    line = {"name": "helpful", "accuracy": 0.97, "majority": 0.5, "calibration": 0.01}
    overview = replace(gallery.overview([question]), questions=(line,))
    store.reports.write(DATASET, overview, [question], {})
    site = Site(store)
    site.sign_in("olga")
    (told,) = site.get("/", json=True).get_json()["datasets"]
    first = told["questions"][0]
    assert (first["accuracy"], first["majority"], first["gain"], first["calibration"]) == (
        None,
    ) * 4


def test_audits_tell_how_often_labels_are_right_and_what_more_would_tell(site: Site) -> None:
    page = site.get(HOME).text
    for part in (
        "On 112 audits, 89\u202f% of the labels are right (84 to 93\u202f%)",
        "of majority vote&#39;s 82\u202f% (76 to 87\u202f%): +7 points (+2 to +12).",
        "About 336 more would halve the interval. 14 records wait for an audit.",
        "Confidence is honest as far as audits tell",
    ):
        assert part in page
    (told,) = site.get("/", json=True).get_json()["datasets"]
    first = told["questions"][0]
    assert (first["accuracy"], first["accuracy_low"]) == (0.893, 0.84)
    assert first["audited"]["audits"] == 112
    assert first["calibration"] == pytest.approx(0.033, abs=0.02)


def test_before_the_first_report_the_overview_says_when_it_comes(bare: Site) -> None:
    assert "Not counted yet: counting follows a few seconds" in bare.get("/").text
    assert bare.get("/", json=True).get_json()["datasets"][0]["counted_at"] is None


# Dataset


def test_a_datasets_page_tells_of_its_first_question_or_of_the_one_asked_for(site: Site) -> None:
    assert site.get(HOME, json=True).get_json()["report"]["name"] == "helpful"
    told = site.get(f"{HOME}?question=problem", json=True).get_json()
    assert (told["head"]["question"], told["report"]["name"]) == ("problem", "problem")
    assert told["head"]["questions"] == ["helpful", "problem"]
    assert not told["report"].keys() & {"annotators", "examples"}
    assert list(told["report"]["values"]) == list(gallery.LABELS)
    assert told["report"]["weeks"][0]["name"] == "2026-08-03"
    assert told["report"]["across"][0]["record"] == RECORD
    assert [bin_["count"] for bin_ in told["report"]["confidence"]][-1] == 345


def test_a_datasets_page_draws_what_it_tells(site: Site) -> None:
    page = site.get(f"{HOME}?question=problem").text
    for part in (
        "Histogram of 480 decisions by confidence: 72% are at least 90% sure.",
        "Agreement and confidence by week, 14 weeks",
        "Agreement and confidence by round, 5 rounds",
        "none and hallucination: 88 pairs of votes, 22 in open conflicts",
        "Confidence against audits. 56% sure: 67% of 6 right",
        "7 pairs of near-identical records, 2 of them here",
        f'href="/records/{gallery.TWIN}"',
    ):
        assert part in page


def test_the_review_queue_comes_in_its_order_with_its_reasons(site: Site) -> None:
    queue = site.get(HOME, json=True).get_json()["queue"]
    assert [each["worth"] for each in queue] == sorted((e["worth"] for e in queue), reverse=True)
    first = queue[0]
    assert first["sides"] == ["tone", "incomplete"]
    assert (first["gain"], first["teaching"]) == (0.35, 0.272)
    assert first["reasons"][0] == "no value leads"
    assert "57\u202f% sure" in first["reasons"][1]
    page = site.get(HOME).text
    assert page.index(first["record"]) < page.index(queue[1]["record"])
    assert f"/dataset/{gallery.REVIEW}/annotation-mode?page=1&amp;status=pending" in page


def test_the_queue_never_reads_more_than_it_shows(site: Site, store: Store) -> None:
    many = {gallery.other(5_000 + n): 9.0 + n for n in range(300)}
    lease = store.lease(DATASET)
    assert lease is not None
    decided = {
        r: record_shapes.decisions({"helpful": helpful(worth=[0.1, 0.1, 0.0])}) for r in many
    }
    lease.commit(lambda pipe: store.datasets.write_decisions(pipe, DATASET, decided))
    lease.commit(lambda pipe: store.reviews.write_due(pipe, DATASET, many))
    lease.release()
    told = site.get(HOME, json=True).get_json()
    dataset = told["head"]["dataset"]
    assert len(told["queue"]) == min(20, dataset["queue"]["queued"])
    assert dataset["due"] == sum(dataset["queue"][part] for part in ("queued", "behind")) == 313


def test_without_a_review_dataset_the_page_says_how_to_get_one(site: Site, store: Store) -> None:
    store.reviews.forget(DATASET)
    page = site.get(HOME).text
    assert "argilla-distill review enable support/chatbot-feedback" in page
    assert "in this order" not in page


def test_trouble_with_the_review_dataset_is_told(site: Site, store: Store) -> None:
    store.reviews.keep(DATASET, ReviewInfo(gallery.REVIEW, "x", "it was deleted"))
    assert "it was deleted" in site.get(HOME).text
    assert "it was deleted" in site.get("/").text


def test_a_dataset_without_distilled_questions_says_why(store: Store) -> None:
    told = scene()
    told.info = info(questions=json.dumps({"free": {**QUESTIONS["comment"], "word": "left alone"}}))
    told.write(store)
    site = Site(store)
    site.sign_in("olga")
    page = site.get(HOME)
    assert page.status_code == 200
    assert "<b>free</b> (left alone)" in page.text
    assert "counting follows" not in page.text.lower()
    for path in ("annotators", "examples"):
        assert site.get(f"{HOME}/{path}").status_code == 200


@pytest.mark.parametrize("path", ["", "/annotators", "/examples", "/annotators/0"])
def test_before_the_first_report_every_page_says_that_counting_comes(bare: Site, path: str) -> None:
    page = bare.get(f"{HOME}{path}")
    assert page.status_code == 200
    assert "a few seconds after the answers" in page.text or "No examples" in page.text
    assert bare.get(f"{HOME}{path}", json=True).status_code == 200


def test_questions_with_open_values_have_pairs_and_no_picture_of_them(
    site: Site, store: Store
) -> None:
    question = replace(
        gallery.question("helpful", ("yes", "no")),
        labels=(),
        type="text",
        pairs=(Pair("Thank you.", "Thanks!", 4, 1),),
    )
    store.reports.write(DATASET, gallery.overview([question]), [question], {})
    page = site.get(HOME).text
    assert "Thank you." in page
    assert '<table class="heat">' not in page


# Examples


def test_examples_come_by_label_with_their_reasons(site: Site) -> None:
    told = site.get(f"{HOME}/examples?question=problem", json=True).get_json()["labels"]
    assert [lesson["value"] for lesson in told] == list(gallery.LABELS)
    assert {e["kind"] for e in told[0]["telling"]} == {"telling"}
    assert {e["kind"] for lesson in told for e in lesson["close"]} == {"close"}
    page = site.get(f"{HOME}/examples?question=problem").text
    assert gallery.REASONS[0] in page
    assert "Close calls that a reviewer settled" in page


def test_values_that_are_no_labels_of_the_question_have_examples_too(
    site: Site, store: Store
) -> None:
    odd = Example(RECORD, "telling", "a + b", 0.9, "text", "why")
    question = replace(gallery.question("helpful", ("yes", "no")), examples=(odd,))
    store.reports.write(DATASET, gallery.overview([question]), [question], {})
    told = site.get(f"{HOME}/examples", json=True).get_json()["labels"]
    assert [lesson["value"] for lesson in told] == ["a + b"]


# Record


def test_a_records_page_tells_reviews_their_reasons_and_that_reviewers_disagree(
    site: Site,
) -> None:
    page = site.get(f"/records/{RECORD}").text
    assert "reviewers disagree" in page
    assert "The reply names no order" in page
    told = site.get(f"/records/{RECORD}", json=True).get_json()
    assert [a["who"]["name"] for a in told["adjudications"]] == ["rita", "sam"]
    assert told["adjudications"][0]["values"] == [["helpful", "no"]]
    assert told["events"][0]["kind"] == "adjudication"
    assert told["questions"][0]["conflict"]["kind"] == "adjudications"
    assert "sam says “yes”; rita says “no”" in told["questions"][0]["explanation"]


def test_a_records_page_leads_to_what_is_contested_first(site: Site) -> None:
    """A record of many questions is long, and all of it came before the conflict."""
    page = site.get(f"/records/{RECORD}").text
    way = page[page.index('<nav class="jump"') : page.index("</nav>", page.index('class="jump"'))]
    assert page.index('class="jump"') < page.index('id="content-h"')
    assert re.findall(r'<a href="#(q\d+)"( class="warn")?>(\w+)</a>', way) == [
        ("q1", ' class="warn"', "helpful"),
        ("q2", ' class="warn"', "problem"),
    ]
    for anchor, name in (("q1", "helpful"), ("q2", "problem")):
        assert f'<h2 id="{anchor}">{name}</h2>' in page


def test_a_records_page_leads_to_near_identical_ones_and_says_where_they_differ(
    site: Site,
) -> None:
    told = site.get(f"/records/{RECORD}", json=True).get_json()["near_identical"]
    assert told[0] == {
        "record": gallery.TWIN,
        "values": [{"question": "helpful", "value": "no", "percent": "91\u202f%", "differs": True}],
    }
    assert [v["differs"] for v in told[1]["values"]] == [False]
    assert f'href="/records/{gallery.TWIN}"' in site.get(f"/records/{RECORD}").text


def test_decisions_are_on_the_time_line_among_the_answers(site: Site) -> None:
    told = site.get(f"/records/{RECORD}", json=True).get_json()["events"]
    decisions = [e for e in told if e["kind"] == "decision"]
    assert decisions[0]["what"] == "decided, 83\u202f% sure"
    assert decisions[0]["who"]["name"] == "dawid_skene:3"
    assert any(e["status"] == "undecided" and e["why"] for e in decisions)


# All of them


@pytest.mark.parametrize(
    "path", ["/", HOME, f"{HOME}/annotators", f"{HOME}/examples", f"/records/{RECORD}"]
)
def test_no_page_reads_a_whole_hash_that_grows_with_the_dataset(
    site: Site, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = site.store.redis.hgetall
    keys: list[str] = []

    def hgetall(key: str) -> object:
        keys.append(key.rsplit(":", 1)[1])
        return read(key)

    monkeypatch.setattr(site.store.redis, "hgetall", hgetall)
    assert site.get(path).status_code == 200
    assert set(keys) <= {"info", "annotators"}


def test_an_empty_overview_of_today_is_no_error(site: Site, store: Store) -> None:
    store.reports.write(DATASET, Overview(at(89), 0.1, Today(), ()), [], {})
    assert site.get("/").status_code == 200
    assert site.get(HOME).status_code == 200


def test_no_page_of_a_dataset_that_is_gone_leads_into_argilla(site: Site, store: Store) -> None:
    """Links led to a dataset, or to its review dataset, that Argilla no longer has."""
    pages = ("/", HOME, f"{HOME}/annotators", f"{HOME}/annotators/1", f"/records/{RECORD}")
    inside = 'href="http://argilla:6900/dataset'
    assert all(inside in site.get(page).text for page in pages)
    store.datasets.note(DATASET, state="deleted")
    for page in pages:
        answer = site.get(page)
        assert (answer.status_code, inside in answer.text) == (200, False), page
    assert "review enable" not in site.get(HOME).text
