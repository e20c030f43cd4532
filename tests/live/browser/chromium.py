"""A headless Chromium as the browser tests drive it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_S = 120


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """A browser with a new profile; skips the test where there is none, except in CI."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        reason = "no chromium with chromedriver here: apt-get install chromium chromium-driver"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    switches = "headless=new no-sandbox disable-gpu disable-quic no-first-run disable-sync"
    switches += " disable-background-networking disable-component-update disable-dev-shm-usage"
    for switch in switches.split():
        options.add_argument(f"--{switch}")
    options.add_argument("--window-size=1366,900")
    options.add_argument(f"--user-data-dir={profile}")
    service = webdriver.ChromeService(str(shutil.which("chromedriver")))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


def shoot(browser: webdriver.Chrome, name: str) -> None:
    """A screenshot, in the directory that `DISTILL_SCREENSHOTS` names; else none, for they take long."""
    named = os.environ.get("DISTILL_SCREENSHOTS")
    if named:
        folder = Path(named)
        folder.mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(folder / f"{name}.png"))


def sign_in(browser: webdriver.Chrome, username: str, password: str) -> None:
    """Fill in the form that is shown: ours or Argilla's."""
    wait = WebDriverWait(browser, PATIENCE_S)
    name = wait.until(lambda b: b.find_element(By.CSS_SELECTOR, "form input:not([type=hidden])"))
    secret = browser.find_element(By.CSS_SELECTOR, "input[type=password]")
    name.send_keys(username)
    secret.send_keys(password, Keys.ENTER)


def text(browser: webdriver.Chrome) -> str:
    """What stands on the page; nothing while another one takes its place."""
    try:
        return str(browser.execute_script("return document.body ? document.body.innerText : ''"))
    except WebDriverException:
        return ""
