"""What people see, in a real browser: the suggestion in Argilla, the note's link, our own page.

Screenshots go to the directory that `DISTILL_SCREENSHOTS` names.
"""

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from demo.argilla.api import Api
from demo.running.installation import Installation
from demo.running.servers import Argilla
from tests.live.annotated_dataset import crowd, dataset_of, records_of
from tests.live.browser.chromium import PATIENCE_S, shoot, sign_in, text

pytestmark = pytest.mark.browser


def test_a_reviewer_sees_suggestion_score_and_note_and_follows_its_link_to_the_explanation(
    installation: Installation,
    argilla: Argilla,
    api: Api,
    browser: webdriver.Chrome,
) -> None:
    users = crowd(api, "seen", 3)
    dataset = dataset_of(api, users, overlap=3)
    records = records_of(api, dataset, 2)
    for record, labels in zip(records, ("aab", "aaa"), strict=True):
        for user, label in zip(users, labels, strict=True):
            api.as_user(user).answer(record, {"topic": label})
    installation.settle(dataset, responses=6)

    wait = WebDriverWait(browser, PATIENCE_S)
    browser.get(f"{argilla.url}/sign-in")
    sign_in(browser, users[0]["username"], "12345678")
    wait.until(lambda b: "sign-in" not in b.current_url)
    browser.get(f"{argilla.url}/dataset/{dataset['id']}/annotation-mode?page=1&status=submitted")
    wait.until(lambda b: "text 0" in text(b) or "text 1" in text(b))
    link = f"{installation.service.url}/records/{records[0]['id']}"
    if "text 0" not in text(browser):
        browser.get(
            f"{argilla.url}/dataset/{dataset['id']}/annotation-mode?page=2&status=submitted"
        )
    wait.until(lambda b: "text 0" in text(b))
    tabs = "[aria-label='Question: conflicts'] .card-with-tabs__tab button"  # "Write", suggestion
    wait.until(lambda b: len(b.find_elements(By.CSS_SELECTOR, tabs)) == 2)
    browser.find_elements(By.CSS_SELECTOR, tabs)[1].click()
    anchor = wait.until(lambda b: b.find_element(By.CSS_SELECTOR, f"a[href='{link}']"))
    shoot(browser, "argilla")
    decision = installation.decided(records[0])["topic"]
    source = browser.page_source
    assert f"{decision.confidence:.1f}"[:3] in source
    assert anchor.get_attribute("href") == link

    browser.get(link)
    sign_in(browser, users[0]["username"], "12345678")  # who answered it reads why, and of nobody
    wait.until(lambda b: "You have answered this record" in text(b))
    shoot(browser, "own")
    assert [user["username"] for user in users[1:] if user["username"] in text(browser)] == []

    browser.delete_all_cookies()
    browser.get(link)
    sign_in(browser, argilla.username, argilla.password)
    wait.until(lambda b: b.current_url == link and "topic" in text(b))
    shoot(browser, "record")
    page = text(browser)
    assert f"{decision.confidence:.0%}".rstrip("%") in page
    for user in users:
        assert user["username"] in page
