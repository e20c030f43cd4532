"""Versions in a real browser: compared by a worker while the page waits, and tagged by hand."""

import json
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from demo.argilla.api import Api
from demo.running.installation import Installation
from demo.running.servers import Argilla
from tests.live.annotated_dataset import crowd, dataset_of, records_of
from tests.live.browser.chromium import PATIENCE_S, shoot, sign_in, text

pytestmark = pytest.mark.browser


def test_an_owner_sees_what_changed_between_two_versions_and_tags_one(
    installation: Installation,
    argilla: Argilla,
    api: Api,
    browser: webdriver.Chrome,
) -> None:
    users = crowd(api, "compared", 3)
    dataset = dataset_of(api, users, overlap=3)
    records = records_of(api, dataset, 3)
    given: list[Any] = []
    for record in records:
        given += [api.as_user(user).answer(record, {"topic": "a"}) for user in users]
    service = installation.service
    service.command("reconcile", dataset["id"])
    create = ("version", "create", dataset["id"], "--strategy", "majority", "--wait")
    service.command(*create)
    for user, answer in zip(users, given, strict=False):
        api.as_user(user).edit(answer, {"topic": "b"})
    service.command("reconcile", dataset["id"])
    service.command(*create)

    at = f"{service.url}/datasets/{dataset['id']}/versions"
    wait = WebDriverWait(browser, PATIENCE_S)
    browser.get(at)
    sign_in(browser, argilla.username, argilla.password)
    wait.until(lambda b: "majority-2" in text(b))
    shoot(browser, "versions")
    browser.find_element(By.PARTIAL_LINK_TEXT, "What changed since majority-1").click()
    wait.until(lambda b: "a new or edited answer" in text(b))  # a worker has compared them by then
    assert browser.current_url == f"{at}/majority-1...majority-2"
    page = text(browser)
    assert "1 label changed" in page
    assert records[0]["id"][:8] in browser.page_source
    shoot(browser, "difference")
    told = json.loads(
        service.command(
            "version", "diff", dataset["id"], "majority-1", "latest", "--list", "--json"
        ).stdout
    )
    assert [(c["record_id"], c["was"], c["now"], c["cause"]) for c in told["changes"]] == [
        (records[0]["id"], "a", "b", "vote")
    ]

    browser.get(f"{at}/majority-2")
    form = browser.find_element(By.CSS_SELECTOR, "#tags input[name=tag]")
    form.send_keys("before-launch", Keys.ENTER)
    wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "#tags .chip") != [])
    wait.until(lambda b: "before-launch" in text(b))
    shoot(browser, "version")
    assert "before-launch" in service.command("version", "list", dataset["id"]).stdout
