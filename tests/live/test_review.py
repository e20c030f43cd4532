"""The review loop on a real Argilla: contested records go out to reviewers, their decisions come back."""

import json

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from argilla_distill.domain.audits import PI, marked_out
from argilla_distill.domain.fingerprint import fingerprint
from argilla_distill.plugin.argilla.links import review_link
from argilla_distill.workers.use_cases.checks.status import status
from argilla_distill.workers.use_cases.reviews import disable, enable, inspect
from demo.argilla.api import Api
from demo.argilla.api_error import ApiError
from demo.argilla.payloads import Json, label_question, text_question, unique
from demo.running.installation import Installation, eventually, ours
from demo.running.servers import Argilla
from tests.live.annotated_dataset import crowd
from tests.live.browser.chromium import PATIENCE_S, shoot, sign_in, text


def answered(api: Api, installation: Installation, name: str) -> tuple[Json, list[Json]]:
    """A dataset with four records, the first two contested, reviewed by owners and admins."""
    users = crowd(api, name, 3)
    workspace = api.create_workspace(users=users)
    questions = [label_question("topic", ("a", "b", "c")), text_question("conflicts")]
    dataset = api.create_dataset(workspace, questions=questions, min_submitted=3)
    enable(installation.world, dataset["id"])
    records = api.add_records(dataset, [f"text {name} {n}" for n in range(4)])
    for record, labels in zip(records, ("abc", "aab", "aaa", "bbb"), strict=True):
        for user, label in zip(users, labels, strict=True):
            api.as_user(user).answer(record, {"topic": label})
    installation.settle(dataset, responses=12)
    return dataset, records


def review_id(installation: Installation, dataset: Json) -> str:
    kept = installation.world.store.reviews.of(dataset["id"])
    assert kept is not None
    return str(kept.id)


def copies(api: Api, installation: Installation, dataset: Json) -> dict[str, Json]:
    """Original → its copy as Argilla shows it."""
    found = api.records(review_id(installation, dataset))
    return {record["external_id"]: record for record in found}


def conflicts(installation: Installation, dataset: Json) -> int:
    return int(installation.world.store.datasets.info(dataset["id"])["conflicts"])


def test_a_contested_record_is_in_the_review_dataset_and_in_its_place(
    installation: Installation, api: Api
) -> None:
    dataset, records = answered(api, installation, "placed")
    eventually(lambda: len(copies(api, installation, dataset)) >= 2)
    found = copies(api, installation, dataset)
    assert {records[0]["id"], records[1]["id"]} <= set(found)
    due = dict(installation.world.store.reviews.due(dataset["id"]))
    for original, copy in found.items():
        assert copy["metadata"]["priority"] == pytest.approx(due[original], rel=0.06)
        assert copy["metadata"]["original"] == original
        assert copy["metadata"]["page"].endswith(f"/records/{original}")
    contested = found[records[1]["id"]]
    assert contested["fields"] == {"text": "text placed 1"}
    by_question = {
        q["name"]: s
        for q in api.questions(review_id(installation, dataset))
        for s in contested["suggestions"]
        if s["question_id"] == q["id"]
    }
    assert "topic" not in by_question  # what is asked is not filled in
    assert contested["metadata"]["asked"] == ["topic"]
    assert by_question["conflicts"]["value"].startswith("Please decide **")
    assert f"/records/{records[1]['id']}" in by_question["conflicts"]["value"]
    sort = [{"scope": {"entity": "metadata", "metadata_property": "priority"}, "order": "desc"}]
    queue = api.search(review_id(installation, dataset), sort=sort)[0]
    assert [r["external_id"] for r in queue] == [r for r in due if r in found]
    assert inspect(installation.world, dataset["id"]) == ""


@pytest.mark.browser
def test_a_reviewer_opens_our_link_decides_with_a_reason_and_the_original_follows(
    installation: Installation,
    argilla: Argilla,
    api: Api,
    browser: webdriver.Chrome,
) -> None:
    dataset, records = answered(api, installation, "decided")
    eventually(lambda: len(copies(api, installation, dataset)) >= 2)
    before = conflicts(installation, dataset)
    assert before == 2
    wait = WebDriverWait(browser, PATIENCE_S)
    browser.get(f"{argilla.url}/sign-in")
    sign_in(browser, argilla.username, argilla.password)
    wait.until(lambda b: "sign-in" not in b.current_url)
    review = review_id(installation, dataset)
    browser.get(review_link(argilla.url, review))
    best = next(r for r, _ in installation.world.store.reviews.due(dataset["id"]))
    original = next(r for r in records if r["id"] == best)
    wait.until(lambda b: original["fields"]["text"] in text(b))
    wait.until(lambda b: "Why?" in text(b) and "What is to be decided" in text(b))
    wait.until(lambda b: "Please decide" in text(b))
    shoot(browser, "review")
    page = text(browser)
    assert page.index("What is to be decided") < page.index("Please decide") < page.index("Why?")
    assert "**" not in page  # the note is markdown that is shown as such
    chosen = browser.find_elements(By.CSS_SELECTOR, "[aria-label='Question: topic'] input:checked")
    assert chosen == []  # nothing to agree with
    labels = browser.find_elements(By.CSS_SELECTOR, "[aria-label='Question: topic'] label")
    next(label for label in labels if "b" in label.text.split()).click()
    why = browser.find_element(By.CSS_SELECTOR, "[aria-label='Question: why'] [contenteditable]")
    browser.execute_script("arguments[0].focus()", why)
    ActionChains(browser).send_keys("only b names the subject").perform()
    shoot(browser, "review-decided")
    button = next(b for b in browser.find_elements(By.TAG_NAME, "button") if "Submit" in b.text)
    button.click()

    def followed() -> bool:
        suggestion = ours(api, dataset, api.record(original), "topic")
        sure = pytest.approx(0.999, abs=0.001)  # before, it may be what we think most probable
        return suggestion is not None and (suggestion["value"], suggestion["score"]) == ("b", sure)

    eventually(followed)
    eventually(lambda: conflicts(installation, dataset) == before - 1)

    browser.get(f"{installation.service.url}/records/{original['id']}")
    sign_in(browser, argilla.username, argilla.password)
    wait.until(lambda b: "only b names the subject" in text(b))
    shoot(browser, "record-adjudicated")


def test_what_happens_to_the_review_dataset_is_told_loses_nothing_and_is_mended(
    installation: Installation, api: Api
) -> None:
    world = installation.world
    dataset, records = answered(api, installation, "mended")
    eventually(lambda: len(copies(api, installation, dataset)) >= 2)
    review = review_id(installation, dataset)

    def message() -> str:
        inspect(world, dataset["id"])
        (found,) = (d for d in status(world.store) if d.id == dataset["id"])
        assert found.review is not None
        return found.review.message

    assert message() == ""
    topic = next(q for q in api.questions(review) if q["name"] == "topic")
    titled = {"title": "Another title"}
    api.call("PATCH", f"/questions/{topic['id']}", json=titled)
    assert message() == ""  # a title is not the question's name: nothing is amiss
    fewer = {**topic["settings"], "options": topic["settings"]["options"][:2]}
    with pytest.raises(ApiError, match="number of options cannot be modified"):
        api.call("PATCH", f"/questions/{topic['id']}", json={"settings": fewer})
    assert message() == ""
    api.update_dataset(review, distribution={"strategy": "overlap", "min_submitted": 4})
    assert "is completed by 4 answers, not by 1" in message()
    assert enable(world, dataset["id"]).action == "mended"
    assert message() == ""

    copy = copies(api, installation, dataset)[records[0]["id"]]
    api.answer(copy, {"topic": "b", "why": "because"})
    eventually(lambda: installation.decided(records[0])["topic"].confidence > 0.99)
    assert installation.decided(records[0])["topic"].value == "b"
    api.delete_dataset(review)
    assert "the review dataset is gone" in message()
    users = crowd(api, "late", 3)
    more = api.add_records(dataset, ["text late"])[0]
    for user, label in zip(users, "abb", strict=True):
        api.add_to_workspace(dataset["workspace_id"], user)
        api.as_user(user).answer(more, {"topic": label})
    installation.settle(dataset)
    assert installation.decided(records[0])["topic"].value == "b"
    assert enable(world, dataset["id"]).action == "created"
    assert message() == ""
    eventually(lambda: more["id"] in copies(api, installation, dataset))
    assert records[0]["id"] not in copies(api, installation, dataset)
    assert installation.decided(records[0])["topic"].value == "b"
    disable(world, dataset["id"])


def texts_to_draw(dataset: Json) -> tuple[str, str]:
    """A text whose record is marked out for an audit in this dataset, and one whose record is not."""
    texts = [f"how does one mend the number {n}?" for n in range(200)]
    drawn = {t: marked_out(fingerprint({"text": t}), t, dataset["id"]) for t in texts}
    return next(t for t in texts if drawn[t]), next(t for t in texts if not drawn[t])


def test_an_audit_is_blind_in_argilla_and_its_answer_keeps_the_probability(
    installation: Installation, argilla: Argilla, api: Api
) -> None:
    """Beside it a contested record, which comes with a note: so the copies were made by then."""
    users = crowd(api, "audited", 3)
    workspace = api.create_workspace(unique("audited-room"), users=users)
    questions = [label_question("topic", ("a", "b")), text_question("conflicts", required=False)]
    dataset = api.create_dataset(workspace, questions=questions, min_submitted=2)
    enable(installation.world, dataset["id"])
    blind, noted = api.add_records(dataset, list(texts_to_draw(dataset)))
    for user, label in zip(users, "ab", strict=False):
        for record in (blind, noted):
            api.as_user(user).answer(record, {"topic": label})
    installation.settle(dataset, responses=4)

    def shown() -> dict[str, Json]:
        return copies(api, installation, dataset)

    def page() -> str:
        headers = {"Authorization": f"Bearer {argilla.api_key}", "Accept": "text/html"}
        url = f"{installation.service.url}/records/{blind['id']}"
        return httpx.get(url, headers=headers).raise_for_status().text

    eventually(lambda: {blind["id"], noted["id"]} <= set(shown()))
    assert shown()[noted["id"]]["suggestions"]  # the note
    copy = shown()[blind["id"]]
    assert copy["suggestions"] == []
    assert copy["fields"] == blind["fields"]
    assert copy["metadata"]["audit_pi"] == PI
    assert copy["metadata"]["kind"] == "audit"
    assert "page" not in copy["metadata"]
    assert "Drawn at random." in page()
    assert "What happened" not in page()

    api.answer(copy, {"topic": "b", "why": "it says so"})
    eventually(lambda: installation.decided(blind)["topic"].value == "b")
    api.as_user(users[2]).answer(blind, {"topic": "a"})
    installation.settle(dataset)
    copy = shown()[blind["id"]]
    assert copy["suggestions"] == []  # after later looks, too
    told = installation.service.command("history", blind["id"], "--json").stdout
    (answered,) = [e for e in json.loads(told) if e["kind"] == "adjudication"]
    assert answered["more"]["audit_pi"] == PI
    assert "What happened" in page()
