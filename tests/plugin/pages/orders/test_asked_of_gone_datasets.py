"""Of a dataset that was deleted in Argilla everything is shown as before, and nothing more is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from argilla_distill.domain.state.review import CopyInfo
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.datasets import DELETED
from tests.plugin.pages import gallery
from tests.plugin.pages.comparisons import comparison_gallery
from tests.plugin.pages.rounds import round_gallery
from tests.plugin.pages.scene import DATASET, RECORD
from tests.plugin.pages.website import Site

HOME = f"/datasets/{DATASET}"
ASKING = (
    f"{HOME}/versions",
    comparison_gallery.PAIR,
    f"{HOME}/compare?runs=learned-bot...majority-bot",
    f"{HOME}/rounds/4/end",
    f"{HOME}/rounds/4/cancel",
    f"{HOME}/rounds/5/start",
    f"{HOME}/runs/bot",
    f"{HOME}/uploads/{'0' * 64}/0",
    f"{HOME}/trace/failures",
)
"""What is posted to, for a worker to do."""

PAGES = (
    HOME,
    f"{HOME}/annotators",
    f"{HOME}/examples",
    f"{HOME}/versions",
    f"{HOME}/compare",
    comparison_gallery.PAIR,
    f"{HOME}/runs",
    f"{HOME}/rounds",
    f"{HOME}/rounds/4",
    f"{HOME}/trace",
)


@pytest.fixture
def site(store: Store, tmp_path: Path) -> Site:
    gallery.write(store)
    comparison_gallery.write(store, tmp_path)
    round_gallery.write(store)
    store.datasets.note(DATASET, state=DELETED, word="deleted in Argilla; its history is kept")
    site = Site(store, environment={"DISTILL_VERSIONS": str(tmp_path)})
    site.sign_in("olga")
    return site


@pytest.mark.parametrize("path", ASKING)
def test_nothing_is_asked_for_that_no_worker_can_do(site: Site, store: Store, path: str) -> None:
    """It was taken, and a worker found that Argilla has no such dataset."""
    before = store.orders.waiting(DATASET)
    sent = {"Authorization": "Bearer olga.apikey"}
    answer = site.app.test_client().post(path, headers=sent, data={"key": "k" * 32})
    assert (answer.status_code, answer.get_json()["error"][-20:]) == (410, "can be done with it.")
    assert "was deleted in Argilla" in answer.get_json()["error"]
    assert store.orders.waiting(DATASET) == before


@pytest.mark.parametrize("path", PAGES)
def test_everything_is_shown_and_no_button_does_what_cannot_be_done(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 200
    assert "deleted in Argilla; its history is kept" in answer.text
    posts = answer.text.split('method="post"')
    assert len(posts) == 2  # to sign out
    assert "argilla-distill version create" not in answer.text
    assert "/cancel" not in answer.text


def test_the_page_of_a_record_says_that_its_dataset_was_deleted(site: Site) -> None:
    assert (
        "Its dataset was deleted in Argilla, and the record with it."
        in site.get(f"/records/{RECORD}").text
    )


@pytest.mark.parametrize("path", ["/", HOME, f"{HOME}/trace", f"{HOME}/versions/learned-3"])
def test_nobody_is_told_of_a_review_or_an_audit_that_cannot_be_any_more(
    site: Site, path: str
) -> None:
    """Its pages went on with "Most worth a review", and with how many audits would tell."""
    text = site.get(path).text
    for wanted in (
        "Most worth a review",
        "to review",
        "would tell",
        "are worth a review",
        "Make one",
    ):
        assert wanted not in text


def test_what_was_left_contested_is_told_as_that(site: Site) -> None:
    text = site.get(HOME).text
    assert "Left contested or uncertain" in text
    assert "worth a review over all questions" in text
    assert "Nobody is asked about them any more" in text


def test_a_record_that_waited_for_a_blind_review_is_shown_when_nobody_can_review_it(
    site: Site, store: Store
) -> None:
    """It would have told for ever that everything is told after the review."""
    with store.redis.pipeline() as pipe:
        store.reviews.write_audits(pipe, DATASET, {RECORD: 0.1})
        store.reviews.write_copies(pipe, DATASET, {RECORD: CopyInfo("c-1", audit_pi=0.1)})
        pipe.execute()
    text = site.get(f"/records/{RECORD}").text
    assert "Drawn at random" not in text
    assert "until then Argilla showed it" in text
