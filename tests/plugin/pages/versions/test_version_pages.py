"""The pages of versions: what they show, who sees them, tags that are set from them, and comparisons."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from werkzeug.test import TestResponse

from argilla_distill.domain.versions.twin import Twin
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET, RECORD
from tests.plugin.pages.versions import version_gallery, versioned
from tests.plugin.pages.versions.version_gallery import AT, PAIR
from tests.plugin.pages.website import Site

THREE = f"{AT}/learned-3"


@pytest.fixture
def site(store: Store, tmp_path: Path) -> Site:
    gallery.write(store)
    version_gallery.write(store, tmp_path)
    site = Site(
        store,
        environment={"DISTILL_VERSIONS": str(tmp_path), "DISTILL_QUEUE": store.keys.prefix},
    )
    site.sign_in("olga")
    return site


def links(text: str) -> set[str]:
    return set(re.findall(r'href="(/datasets[^"#]*)', text))


# All versions


def test_all_versions_are_shown_the_last_made_first(site: Site) -> None:
    page = site.get(AT).text
    names = re.findall(r'<h3><a href="[^"]*">([^<]*)</a>', page)
    assert names == ["learned-3", "learned-2", "majority-1"]
    for part in (
        ">prod</span>",
        ">latest</span>",
        ">before-guideline-4</span>",
        "files deleted",
        "learned-4",
        "writing, 5,200 of 9,000",
        "58\u202f%",
        "no strategy `best`",
        "as of",
        "Before the guideline on refunds.",
    ):
        assert part in page
    assert {PAIR, f"{THREE}/records.parquet", THREE} <= links(page)
    assert f"{AT}/majority-1...learned-2" not in links(page)


def test_a_datasets_pages_lead_to_its_versions(site: Site) -> None:
    for path in ("/", f"/datasets/{DATASET}", f"/datasets/{DATASET}/annotators"):
        assert AT in links(site.get(path).text)


def test_without_a_version_it_is_said_how_one_is_made(store: Store) -> None:
    gallery.write(store)
    site = Site(store)
    site.sign_in("olga")
    assert "argilla-distill version create support/chatbot-feedback" in site.get(AT).text


# One version


def test_a_version_tells_how_it_was_made_and_what_is_in_it(site: Site) -> None:
    page = site.get(THREE).text
    for part in (
        "14 annotators",
        "2,500",
        "With 40 reviews it trusts models less than before.",
        "Not by `learned`: it is for labels.",
        "hallucination",
        "left open",
        "0.61",
        "round 2",
        "reviewer",
        "Guidelines are those of the moment at which it was made.",
        "pandas.read_parquet(url",
        "http://127.0.0.1:8000/datasets/",
        "asked for by olga",
        "No audits yet, so how often labels are right is not known",
        "edition 2",
    ):
        assert part in page
    manifest = site.store.versions.manifest(DATASET, "learned-3")
    assert manifest is not None
    for file in manifest.files:
        assert file.sha256 in page
        assert f"{THREE}/files/{file.path}" in links(page)
    assert site.get(f"{AT}/prod").text.count("learned-3") > 3


def test_a_deleted_version_is_told_of_and_has_nothing_to_download(site: Site) -> None:
    page = site.get(f"{AT}/majority-1").text
    assert "Its files were deleted" in page
    assert not [link for link in links(page) if "parquet" in link or "files" in link]
    assert "<form" not in page.split("<main")[1]


def test_the_same_address_gives_scripts_the_manifest(site: Site) -> None:
    told = site.get(THREE, json=True).get_json()
    assert (told["name"], told["tags"]) == ("learned-3", ["latest", "prod"])


# Tags


def test_a_tag_is_set_from_the_page(site: Site) -> None:
    given = {"token": site.token(THREE), "tag": " before-guideline-4 "}
    answer = site.browser.post(f"{THREE}/tags", data=given)
    assert (answer.status_code, answer.location) == (303, f"{THREE}#tags")
    assert site.store.versions.tags(DATASET)["before-guideline-4"] == "learned-3"


def test_a_version_leads_to_its_twin_in_argilla_and_says_what_became_of_it(site: Site) -> None:
    site.store.twins.forget(DATASET, "learned-3")
    assert "twin" not in site.browser.get(THREE).text
    whole = Twin("learned-3", 1, "done", "t1", "versions/chat @ learned-3", 4, 4)
    site.store.twins.keep(DATASET, whole)
    page = site.browser.get(THREE).text
    assert "/dataset/t1/annotation-mode" in page
    assert "is being written" not in page
    site.store.twins.keep(DATASET, replace(whole, state="being written", written=1))
    assert "Its twin in Argilla is being written: 1 of 4 records." in site.browser.get(THREE).text
    site.store.twins.keep(DATASET, replace(whole, state="failed", error="<no> room"))
    assert "could not be written: &lt;no&gt; room" in site.browser.get(THREE).text


def test_twins_say_which_tags_name_them_after_one_was_moved_from_the_page(site: Site) -> None:
    for name in ("learned-2", "learned-3"):
        site.store.twins.keep(DATASET, Twin(name, 1, "done", f"t-{name}", name))
    for at in (f"{THREE}", f"{THREE[:-1]}2"):
        answer = site.browser.post(f"{at}/tags", data={"token": site.token(at), "tag": "moving"})
        assert answer.status_code == 303
    states = {name: twin.state for name, twin in site.store.twins.all(DATASET).items()}
    assert states == {"learned-2": "asked for", "learned-3": "asked for"}


@pytest.mark.parametrize("tag", ["learned-2", "a b", "", "3", "x" * 101, "<b>"])
def test_what_is_no_tag_is_refused_with_the_rule(site: Site, tag: str) -> None:
    answer = site.browser.post(f"{THREE}/tags", data={"token": site.token(THREE), "tag": tag})
    assert answer.status_code == 400
    assert "a letter, then letters" in answer.text
    assert "<b>" not in answer.text.split('id="tags"')[1].split("<form")[0].replace(
        "<b>learned", ""
    )
    assert len(site.store.versions.tags(DATASET)) == 3


def test_a_tag_that_another_site_sends_is_not_taken(site: Site) -> None:
    for token in ("", "x" * 40):
        answer = site.browser.post(f"{THREE}/tags", data={"token": token, "tag": "prod-2"})
        assert answer.status_code == 400
    assert "prod-2" not in site.store.versions.tags(DATASET)


def test_a_script_tags_with_its_key_which_no_other_site_can_send(site: Site) -> None:
    def post(key: str, tag: str) -> TestResponse:
        given = {"Authorization": f"Bearer {key}"}
        return site.app.test_client().post(f"{THREE}/tags", data={"tag": tag}, headers=given)

    answer = post("adam.apikey", "script")
    assert (answer.status_code, "script" in answer.get_json()["tags"]) == (200, True)
    assert site.store.versions.tags(DATASET)["script"] == "learned-3"
    assert "a letter, then letters" in post("adam.apikey", "3").get_json()["error"]
    for key, status in (("nora.apikey", 403), ("anna.apikey", 403), ("wrong", 401)):
        assert post(key, "other").status_code == status
    assert "other" not in site.store.versions.tags(DATASET)


def test_a_deleted_version_takes_no_tag(site: Site) -> None:
    given = {"token": site.token(THREE), "tag": "old"}
    answer = site.browser.post(f"{AT}/majority-1/tags", data=given)
    assert answer.status_code == 409
    assert "old" not in site.store.versions.tags(DATASET)


@pytest.mark.parametrize("visitor", ["anna", "nora"])
def test_nobody_else_tags(site: Site, visitor: str) -> None:
    site.browser = site.new_browser()
    site.sign_in(visitor)
    given = {"token": site.token("/"), "tag": "mine"}
    assert site.browser.post(f"{THREE}/tags", data=given).status_code == 403
    assert "mine" not in site.store.versions.tags(DATASET)


# Rights


@pytest.mark.parametrize("path", [AT, THREE, PAIR])
def test_who_may_see_versions(site: Site, path: str) -> None:
    for visitor, status in (("olga", 200), ("adam", 200), ("nora", 403), ("anna", 403)):
        site.browser = site.new_browser()
        site.sign_in(visitor)
        for json in (False, True):
            answer = site.get(path, json)
            assert answer.status_code == status
            assert ("they are for" in answer.text) == (visitor == "anna")
    site.browser = site.new_browser()
    assert site.get(path).status_code == 302


# What changed


def test_what_changed_is_told_by_cause_and_each_record_has_its_page(site: Site) -> None:
    page = site.get(PAIR).text
    for part in (
        "322 labels",
        "yes, now no: 160 records",
        "still yes: 1,650 records",
        "a new or edited answer",
        "240 alone",
        "the same answers, weighed anew",
        "min_confidence",
        "stars",
        "learned-2 has only round=2",
    ):
        assert part in page
    told = site.get(f"{PAIR}?question=helpful&cause=adjudication", json=True).get_json()
    assert told["changed"] == sum(c["count"] for q in told["questions"] for c in q["caused"]) == 322
    listed = told["listed"]
    assert (listed["question"], listed["cause"], listed["pages"]) == ("helpful", "adjudication", 1)
    assert [c["record_id"] for c in listed["changes"]] == [
        RECORD,
        gallery.other(1),
        gallery.other(2),
    ]
    shown = site.get(f"{PAIR}?question=helpful&cause=adjudication").text
    assert f'href="/records/{RECORD}"' in shown
    assert "also: another strategy; other settings" in shown


def test_long_lists_have_pages_and_any_page_is_one_read(site: Site) -> None:
    seen: list[str] = []
    for page in (1, 2, 3):
        told = site.get(f"{PAIR}?cause=vote&page={page}", json=True).get_json()["listed"]
        assert (told["page"], told["pages"]) == (page, 3)
        seen += [change["record_id"] for change in told["changes"]]
    assert len(seen) == len(set(seen)) == 250
    beyond = site.get(f"{PAIR}?cause=vote&page=99", json=True).get_json()["listed"]
    assert beyond["page"] == 3
    assert "page=2#records-h" in site.get(f"{PAIR}?cause=vote").text


def test_what_is_asked_for_and_is_not_there_is_the_first(site: Site) -> None:
    for query in ("?question=nothing", "?cause=nothing", "?page=x", "?page=-1"):
        assert site.get(f"{PAIR}{query}").status_code == 200
    nothing = site.get(f"{PAIR}?question=problem")
    assert "0 labels" in nothing.text
    assert "Why" not in nothing.text


def queued(site: Site) -> list[Any]:
    queue = Queue(
        f"{site.settings.queue}-versions",
        connection=site.store.redis,
        serializer=JSONSerializer,
    )
    return [job.func_name for job in queue.jobs]


def test_what_was_never_compared_is_asked_for_once(site: Site) -> None:
    other_way = f"{AT}/learned-3...learned-2"
    for _ in range(3):
        page = site.get(other_way)
        assert (page.status_code, page.headers["Refresh"]) == (202, "2")
        assert "are being compared" in page.text
    assert queued(site) == ["argilla_distill.workers.jobs.difference"]
    site.store.differences.note(DATASET, "learned-3", "learned-2", 1, 4)
    told = site.get(other_way, json=True)
    assert (told.status_code, told.headers["Retry-After"]) == (202, "2")
    assert told.get_json()["comparing"] == {
        "was": "learned-3",
        "now": "learned-2",
        "done": 1,
        "total": 4,
    }
    site.store.differences.fail(DATASET, "learned-3", "learned-2", "a file cannot be read")
    assert "a file cannot be read" in site.get(other_way).text
    assert site.get(other_way, json=True).status_code == 500


def test_tags_name_the_versions_of_a_comparison_as_well(site: Site) -> None:
    told = site.get(f"{AT}/before-guideline-4...prod", json=True).get_json()
    assert told["name"] == "learned-2...learned-3"


def test_a_list_that_is_lost_or_damaged_is_made_again(site: Site, tmp_path: Path) -> None:
    (path,) = (tmp_path / DATASET / "differences").iterdir()
    path.write_bytes(b"no more" * 1000)
    assert site.get(PAIR).status_code == 202
    path.unlink()
    assert site.get(PAIR).status_code == 202
    assert len(queued(site)) == 1


def test_what_cannot_be_compared_says_why(site: Site) -> None:
    assert "with itself" in site.get(f"{AT}/learned-3...prod").text
    assert site.get(f"{AT}/learned-3...prod").status_code == 400
    assert site.get(f"{AT}/majority-1...learned-3").status_code == 410
    missing = site.get(f"{AT}/learned-2...learned-9")
    assert missing.status_code == 404
    assert "There is no version learned-9 here" in missing.text


def test_what_people_wrote_is_text_on_every_page(store: Store, tmp_path: Path) -> None:
    def say(text: str) -> str:
        return f"<script>{text}</script>"

    gallery.write(store)
    version_gallery.write(store, tmp_path, say)
    site = Site(store, environment={"DISTILL_VERSIONS": str(tmp_path)})
    site.sign_in("olga")
    for path in (AT, THREE, PAIR):
        page = site.get(path).text
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert not re.search(r"\s(?:style|on\w+)=", page)


def test_versioned_names_with_a_colon_have_pages(store: Store, tmp_path: Path) -> None:
    gallery.write(store)
    versioned.write(store, tmp_path, "acme:PeopleFirst-1")
    site = Site(store, environment={"DISTILL_VERSIONS": str(tmp_path)})
    site.sign_in("olga")
    (link,) = [x for x in links(site.get(AT).text) if x.endswith("PeopleFirst-1")]
    assert site.get(link).status_code == 200
