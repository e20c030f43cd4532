"""Our links into Argilla, followed in a real browser: what they open shows what we suggest."""

from __future__ import annotations

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from argilla_distill.plugin.argilla.links import answered_link, dataset_link, review_link
from argilla_distill.workers.use_cases.reviews import enable
from demo.argilla.api import Api
from demo.running.installation import Installation, eventually
from demo.running.servers import Argilla
from tests.live.annotated_dataset import crowd, dataset_of, records_of
from tests.live.browser.chromium import PATIENCE_S, shoot, sign_in, text

pytestmark = pytest.mark.browser

EMPTY = "no pending records"
SUGGESTED = "distill/learned"
"""Argilla's form tells beside a suggestion whose it is."""


def enter(browser: webdriver.Chrome, address: str, name: str, password: str) -> None:
    """Sign in afresh, to Argilla or to our pages."""
    browser.get(f"{address}/favicon.ico")  # without the UI, which would write back who is signed in
    browser.delete_all_cookies()
    browser.execute_script("localStorage.clear()")
    browser.get(f"{address}/sign-in")
    sign_in(browser, name, password)
    WebDriverWait(browser, PATIENCE_S).until(lambda b: "sign-in" not in b.current_url)


def test_what_our_links_open_shows_our_suggestions(
    installation: Installation,
    argilla: Argilla,
    api: Api,
    browser: webdriver.Chrome,
) -> None:
    users = crowd(api, "linked", 3)
    dataset = dataset_of(api, users, overlap=3)
    enable(installation.world, dataset["id"])
    records = records_of(api, dataset, 3)
    for record, labels in zip(records, ("aab", "aaa", "aa"), strict=True):
        for user, label in zip(users, labels, strict=False):
            api.as_user(user).answer(record, {"topic": label})
    installation.settle(dataset, responses=8)
    store = installation.world.store
    eventually(lambda: store.reviews.count_copies(dataset["id"]) > 0)
    review = store.reviews.of(dataset["id"])
    assert review is not None
    wait = WebDriverWait(browser, PATIENCE_S)

    def shows(record: int) -> None:
        wait.until(lambda b: f"text {record}" in text(b))
        wait.until(lambda b: SUGGESTED in text(b))
        assert EMPTY not in text(browser)

    # The dataset itself shows its owner nothing of what was done: only the record that waits.
    enter(browser, argilla.url, argilla.username, argilla.password)
    browser.get(dataset_link(argilla.url, dataset["id"]))
    wait.until(lambda b: "text 2" in text(b))
    assert SUGGESTED not in text(browser)

    browser.get(review_link(argilla.url, review.id))
    shows(0)
    shoot(browser, "link-review")
    browser.get(review_link(argilla.url, review.id, original=records[0]["id"]))
    shows(0)

    model = store.models.all(dataset["id"])["topic"]
    link = answered_link(argilla.url, dataset["id"], "topic", model.strategy, model.fit)
    enter(browser, argilla.url, users[0]["username"], "12345678")
    browser.get(link)
    wait.until(lambda b: "text 0" in text(b) or "text 1" in text(b))
    wait.until(lambda b: SUGGESTED in text(b))
    wait.until(lambda b: "of 2" in text(b))  # the third record is not completed
    shoot(browser, "link-answered")

    # Followed from our pages, signed in to both.
    enter(browser, argilla.url, argilla.username, argilla.password)
    browser.get(f"{installation.service.url}/records/{records[0]['id']}")
    sign_in(browser, argilla.username, argilla.password)
    wait.until(lambda b: b.find_elements(By.PARTIAL_LINK_TEXT, "in Argilla"))
    browser.find_element(By.PARTIAL_LINK_TEXT, "in Argilla").click()
    wait.until(lambda b: f"/dataset/{review.id}/annotation-mode" in b.current_url)
    shows(0)
