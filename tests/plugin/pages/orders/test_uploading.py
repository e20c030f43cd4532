"""Files arrive in parts, from those who oversee the dataset, and a round is asked for of them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from argilla_distill.plugin.pages.orders import uploading
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.rounds import round_gallery
from tests.plugin.pages.rounds.round_gallery import AT
from tests.plugin.pages.scene import DATASET
from tests.plugin.pages.website import Site

DIGEST = sha256(b"lines").hexdigest()
FILE = f"/datasets/{DATASET}/uploads/{DIGEST}"
FORM = {"model": "bot", "sha256": DIGEST}


@pytest.fixture
def site(store: Store, tmp_path: Path) -> Site:
    gallery.write(store)
    round_gallery.write(store)
    return Site(store, environment={"DISTILL_VERSIONS": str(tmp_path / "versions")})


def post(site: Site, path: str, key: str = "adam.apikey", **given: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {key}"}
    return site.app.test_client().post(path, headers=headers, **given)


def test_parts_are_kept_and_counted_and_one_that_comes_twice_is_one(site: Site) -> None:
    for _ in range(2):
        answer = post(site, f"{FILE}/1", data=b"es")
    assert (answer.status_code, answer.get_json()["parts"]) == (200, {"1": 2})
    told = post(site, f"{AT}/9/start", data=FORM).get_json()["error"]
    assert told.startswith("This file is not here, or not all of it: send its parts to")
    post(site, f"{FILE}/0", data=b"lin")
    answer = post(site, f"{AT}/9/start", data={**FORM, "pass": ["yes", "no"]})
    order = answer.get_json()["order"]
    assert (answer.status_code, order["id"], order["asked_by"]) == (202, "round:9", "adam")
    assert (order["terms"]["parts"], order["terms"]["passes"]) == (2, ["yes", "no"])
    assert site.store.orders.waiting(DATASET)[0].action == "start round"


def test_what_can_be_no_part_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "MAX_FILE_BYTES", 4)
    monkeypatch.setattr(uploading, "MAX_FILES", 1)
    for path, data, status, why in (
        (f"{FILE}/0", b"", 422, "at least one byte"),
        (f"{FILE}/10000", b"x", 422, "numbered from 0"),
        (f"/datasets/{DATASET}/uploads/abc/0", b"x", 422, "64 hex digits"),
        (f"{FILE}/0", b"12345", 422, "4 bytes at most"),
        (f"{FILE}/0", b"x" * 1_000_001, 413, "1,000,000 bytes at most"),
        (f"{FILE}/0", b"1234", 200, ""),
        (f"{FILE}/1", b"5", 422, "4 bytes at most"),
        (f"{FILE}/0", b"4321", 200, ""),
        (f"/datasets/{DATASET}/uploads/{'a' * 64}/0", b"x", 503, "1 files wait"),
    ):
        answer = post(site, path, data=data)
        assert (answer.status_code, why in answer.text) == (status, True), path


def test_where_less_is_taken_at_all_parts_are_smaller(store: Store) -> None:
    gallery.write(store)
    site = Site(store, environment={"DISTILL_MAX_BODY_BYTES": "20000"})
    site.sign_in("olga")
    assert site.get(FILE, json=True).get_json()["part_bytes"] == 20_000
    answer = post(site, f"{FILE}/0", data=b"x" * 20_001)
    assert (answer.status_code, "20,000 bytes at most" in answer.text) == (413, True)


def test_nobody_else_sends_files_and_no_page_does(site: Site) -> None:
    assert post(site, f"{FILE}/0", "anna.apikey", data=b"x").status_code == 403
    assert "anna is an annotator there" in post(site, f"{AT}/9/start", "anna.apikey").text
    site.sign_in("olga")
    assert site.browser.post(f"{FILE}/0", data=b"x").status_code == 400
    assert site.browser.post(f"{AT}/9/start", data=FORM).status_code == 400
    assert site.store.uploads.all(DATASET) == {}


@pytest.mark.parametrize(
    ("name", "form", "why"),
    [
        ("9", {"take": "many"}, "Take is a whole number, not 'many'."),
        ("9", {"take": "0"}, "A round takes 1 to 10,000 outputs, not 0."),
        ("9", {"modle": "x"}, "There is no modle to send (did you mean model?)."),
        ("9", {"dry_run": "perhaps"}, "Dry_run is yes or no, not 'perhaps'."),
        ("9", {"sha256": "x"}, "Say by sha256 which file it is of, in 64 hex digits."),
        ("9", {"model": ""}, "Say by model whose outputs these are, in 200 characters at most."),
        ("9", {"question": "x" * 501}, "Question has 500 characters at most."),
        ("9 !", {}, "'9 !' is no name of a round"),
        ("1", {}, "Round 1 is another one"),
        ("4", {"dry_run": "yes"}, "Round 4 is there already: it is under way."),
    ],
)
def test_what_can_be_no_round_is_refused_with_the_reason(
    site: Site, name: str, form: dict[str, str], why: str
) -> None:
    post(site, f"{FILE}/0", data=b"lines")
    answer = post(site, f"{AT}/{name}/start", data={**FORM, **form})
    assert (answer.status_code, answer.get_json()["error"][: len(why)]) == (422, why)
    assert site.store.orders.waiting(DATASET) == []


def test_while_something_else_is_done_about_it_a_round_is_not_started(site: Site) -> None:
    post(site, f"{FILE}/0", data=b"lines")
    assert post(site, f"{AT}/9/start", data=FORM).status_code == 202
    assert post(site, f"{AT}/9/start", data=FORM).status_code == 202  # the same call again
    answer = post(site, f"{AT}/9/start", data={**FORM, "take": "5"})
    assert answer.status_code == 422
    assert "Something else is being done about it (start round 9" in answer.get_json()["error"]
    assert len(site.store.orders.waiting(DATASET)) == 1


def test_what_a_round_would_be_is_told_after_it_was_asked_for(site: Site) -> None:
    answer = site.app.test_client().get(
        f"{AT}/9/plan", headers={"Authorization": "Bearer adam.apikey"}
    )
    assert (answer.status_code, "Nobody has asked of late" in answer.text) == (404, True)
