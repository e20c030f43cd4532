"""All our pages in a real browser: accessible, light, steady, and usable by keyboard alone.

They are served here, over a Redis that the test fills. The accessibility rules are axe's, whose script
is given to the browser by the test: the pages' own policy allows none.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.serving import make_server

from argilla_distill.plugin.store import Store
from tests.live.browser.chromium import PATIENCE_S, chromium, shoot, sign_in, text
from tests.plugin.pages import gallery, long_values
from tests.plugin.pages.comparisons import comparison_gallery
from tests.plugin.pages.rounds import round_gallery
from tests.plugin.pages.scene import DATASET, RECORD, at, scene
from tests.plugin.pages.versions import version_gallery
from tests.plugin.pages.website import Site

pytestmark = pytest.mark.browser

MAX_BYTES = 150_000

PAGES = {
    "overview": ("olga", "/"),
    "dataset": ("olga", f"/datasets/{DATASET}?question=problem"),
    "annotators": ("olga", f"/datasets/{DATASET}/annotators"),
    "annotator": ("olga", f"/datasets/{DATASET}/annotators/2?question=problem"),
    "unknown-annotator": ("olga", f"/datasets/{DATASET}/annotators/14"),
    "examples": ("olga", f"/datasets/{DATASET}/examples?question=problem"),
    "record": ("olga", f"/records/{RECORD}"),
    "record-of-sentences": ("olga", f"/records/{long_values.RECORD}"),
    "versions": ("olga", version_gallery.AT),
    "version": ("olga", f"{version_gallery.AT}/learned-3"),
    "deleted-version": ("olga", f"{version_gallery.AT}/majority-1"),
    "difference": ("olga", f"{version_gallery.PAIR}?cause=vote&page=2"),
    "comparison": ("olga", comparison_gallery.PAIR),
    "runs": ("olga", comparison_gallery.STANDINGS),
    "rounds": ("olga", round_gallery.AT),
    "round": ("olga", f"{round_gallery.AT}/3"),
    "message": ("olga", "/records/none"),
    "not-found": ("olga", "/nothing"),
    "own": ("anna", "/"),
    "own-examples": ("anna", f"/datasets/{DATASET}/examples?question=problem"),
    "own-record": ("anna", f"/records/{RECORD}"),
    "own-annotator": ("anna", f"/datasets/{DATASET}/annotators/13?question=problem"),
    "sign-in": ("", "/sign-in"),
}

NARROWEST = 360
"""The pixels of a narrow phone: nothing is cut off there, though long digests are broken."""


@dataclass
class Served:
    """Our pages at an address, and a browser."""

    url: str
    browser: webdriver.Chrome
    visitor: str = ""
    """Who is signed in."""

    def look(self, name: str, width: int = 1280, dark: bool = False) -> None:
        """Open a page as its visitor, in a window of this width."""
        visitor, path = PAGES[name]
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])
        self.resize(width, 900)
        if visitor != self.visitor:
            self.become(visitor)
        self.browser.get(f"{self.url}{path}")

    def become(self, visitor: str) -> None:
        """Sign in, or out for nobody."""
        self.browser.get(f"{self.url}/sign-in")
        self.browser.delete_all_cookies()
        if visitor:
            self.browser.get(f"{self.url}/sign-in")
            sign_in(self.browser, visitor, f"{visitor}s-secret")
            wait = WebDriverWait(self.browser, PATIENCE_S)
            wait.until(lambda b: "/sign-in" not in b.current_url)
        self.visitor = visitor

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.command("Emulation.setDeviceMetricsOverride", **size)

    def command(self, name: str, **options: Any) -> None:
        self.browser.execute_cdp_cmd(name, options)

    def ask(self, script: str) -> Any:
        """The value of a script's expression."""
        return self.browser.execute_script(f"return {script}")


@pytest.fixture(scope="module")
def pages(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for all tests of the file, which only look."""
    told = scene()
    told.ledger["r"]["13"] = ["submitted", at(50), {"helpful": "no", "problem": "none"}, []]
    folder = tmp_path_factory.mktemp("pages")
    with Redis.from_url(redis_url) as client, chromium(folder / "profile") as driver:
        store = Store(client, "pages-in-a-browser")
        gallery.write(store, told=told)
        # worth a review for its chance as well: no figure of the queue has more parts
        with store.redis.pipeline() as pipe:
            store.reviews.write_due(pipe, DATASET, {gallery.other(0): 13.12})
            pipe.execute()
        long_values.write(store)
        round_gallery.write(store)
        comparison_gallery.write(store, folder / "versions")
        site = Site(store, environment={"DISTILL_VERSIONS": str(folder / "versions")})
        with make_server("127.0.0.1", 0, site.app, threaded=True) as server:
            serving = threading.Thread(target=server.serve_forever)
            serving.start()
            try:
                yield Served(f"http://127.0.0.1:{server.server_port}", driver)
            finally:
                driver.get("about:blank")
                server.shutdown()
                serving.join()


def axe() -> str:
    """The script with axe's rules."""
    spec = find_spec("axe_core_python")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text("utf-8")


def violations(browser: webdriver.Chrome) -> list[str]:
    """What axe finds wrong, all its rules, contrast and landmarks among them: rule, then where."""
    browser.execute_script(axe())
    run = "axe.run(document).then(r => arguments[0](JSON.stringify(r)))"
    told = json.loads(browser.execute_async_script(run))
    assert {"color-contrast", "region", "landmark-one-main", "heading-order"} <= {
        rule["id"]
        for kind in ("passes", "violations", "incomplete", "inapplicable")
        for rule in told[kind]
    }
    return [
        f"{rule['id']}: {node['html'][:120]} {node.get('failureSummary', '')}"
        for rule in told["violations"]
        for node in rule["nodes"]
    ]


BROKEN_WORDS = """(() => {
    const broken = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const seen = e => !e || (getComputedStyle(e).clipPath === 'none' && seen(e.parentElement));
    const piece = /[\\p{L}.,:;]{2,20}|\\d+\\s%/gu;
    while (walk.nextNode()) for (const found of walk.currentNode.data.matchAll(piece)) {
        if (!seen(walk.currentNode.parentElement)) continue;
        const word = document.createRange();
        word.setStart(walk.currentNode, found.index);
        word.setEnd(walk.currentNode, found.index + found[0].length);
        const lines = new Set([...word.getClientRects()].map(box => Math.round(box.top)));
        if (lines.size > 1) broken.push(found[0]);
    }
    return broken;
})()"""
"""Words that can be seen, none of them long, and percentages, that begin on one line and end on the next."""


def loaded(pages: Served) -> dict[str, int]:
    """What the page was made of: bytes by address."""
    return dict(
        pages.ask(
            "performance.getEntries().filter(e => 'encodedBodySize' in e)"
            ".map(e => [e.name, e.encodedBodySize])"
        )
    )


def shifts(pages: Served) -> float:
    """How far what stood there moved while the page was loaded, by Chromium's measure."""
    told = pages.browser.execute_async_script(
        "const done = arguments[0], seen = [];"
        "new PerformanceObserver(l => seen.push(...l.getEntries().map(e => e.value)))"
        ".observe({type: 'layout-shift', buffered: true});"
        "setTimeout(() => done(seen), 200)"
    )
    return float(sum(told))


@pytest.mark.parametrize(
    ("width", "dark"), [(1366, False), (390, True)], ids=["1366-light", "390-dark"]
)  # no layout depends on the colours, no colour on the width
@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_nobody_out_is_light_and_its_own_and_stands_still(
    pages: Served, name: str, width: int, dark: bool
) -> None:
    pages.look(name, width, dark)
    made_of = loaded(pages)
    assert all(address.startswith(pages.url) for address in made_of)
    assert sum(made_of.values()) <= MAX_BYTES
    assert pages.ask("document.scripts.length") == 0
    assert pages.ask(BROKEN_WORDS) == []
    assert shifts(pages) < 0.01
    for details in pages.browser.find_elements(By.CSS_SELECTOR, "details > summary"):
        details.click()
    assert violations(pages.browser) == []
    narrowest = NARROWEST if width < 600 else width
    pages.resize(narrowest, 900)
    assert pages.ask("document.documentElement.scrollWidth") <= narrowest
    pages.resize(width, min(pages.ask("document.documentElement.scrollHeight"), 8000))
    shoot(pages.browser, f"{name}-{width}{'-dark' if dark else ''}")


def test_all_that_happened_is_shown_alike(pages: Served) -> None:
    """An answer once took over the line above it from the answers' own list."""
    pages.look("record")
    looks = "[...document.querySelectorAll('.timeline > li')].map(e => getComputedStyle(e)"
    tops = pages.ask(f"{looks}.borderTopWidth + ' ' + getComputedStyle(e).paddingTop)")
    assert len(tops) > 10
    assert set(tops) == {"0px 0px"}


def test_the_rules_would_tell(pages: Served) -> None:
    pages.look("own")
    pages.ask("document.querySelector('h1').style.color = '#bbb'")
    assert {told.split(":")[0] for told in violations(pages.browser)} == {"color-contrast"}


def test_what_is_not_text_is_drawn_where_it_may_be(pages: Served) -> None:
    """A picture is as wide as its card, on a phone as well; only tables scroll, inside their room."""
    pages.look("dataset", 390)
    widths = pages.ask(
        "[...document.querySelectorAll('.plot')].map(p => p.getBoundingClientRect().width)"
    )
    assert len(widths) >= 4
    assert all(200 < width <= 390 for width in widths)


def test_the_keyboard_alone_leads_through_a_page(pages: Served) -> None:
    pages.look("dataset")
    focus = "document.activeElement"

    def tab() -> None:
        pages.browser.switch_to.active_element.send_keys(Keys.TAB)

    tab()
    assert pages.ask(f"{focus}.className") == "skip"
    assert pages.ask(f"{focus}.getBoundingClientRect().left") >= 0
    pages.browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert pages.ask(f"{focus}.id") == "content"
    pages.browser.get(pages.url)
    pages.browser.get(pages.url + PAGES["dataset"][1])
    seen = []
    for _ in range(60):
        tab()
        if pages.ask(f"{focus} === document.body"):
            break
        assert pages.ask(f"getComputedStyle({focus}).outlineStyle") == "solid"
        seen.append(pages.ask(f"{focus}.tagName + ' ' + {focus}.textContent.trim().slice(0, 40)"))
    assert any(stop.startswith("BUTTON Sign out") for stop in seen)
    assert any(stop.startswith("A Annotators") for stop in seen)
    assert any(stop.startswith("SUMMARY As a table") for stop in seen)


def test_an_overview_leads_to_the_dataset_its_annotators_and_a_record_and_back(
    pages: Served,
) -> None:
    pages.look("overview")
    browser = pages.browser
    browser.find_element(By.LINK_TEXT, "support/chatbot-feedback").click()
    assert "Most worth a review" in text(browser)
    browser.find_element(By.LINK_TEXT, "problem").click()
    browser.find_element(By.LINK_TEXT, "Annotators").click()
    assert "question=problem" in browser.current_url
    browser.find_element(By.LINK_TEXT, "cem").click()
    assert "What they said, by what is right" in text(browser)
    browser.find_element(By.LINK_TEXT, "support/chatbot-feedback").click()
    browser.find_element(By.CSS_SELECTOR, ".queue a").click()
    assert "What happened" in text(browser) or "Record" in text(browser)
    browser.find_element(By.LINK_TEXT, "Datasets").click()
    assert browser.current_url == f"{pages.url}/"


def test_an_annotator_finds_their_own_page_and_no_way_to_another(pages: Served) -> None:
    pages.look("own")
    browser = pages.browser
    browser.find_element(By.LINK_TEXT, "support/chatbot-feedback").click()
    assert "anna" in text(browser)
    hrefs = [a.get_attribute("href") or "" for a in browser.find_elements(By.TAG_NAME, "a")]
    ours = {href.split("?")[0] for href in hrefs if href.startswith(pages.url)}
    mine = f"{pages.url}/datasets/{DATASET}/annotators/13"
    assert ours <= {f"{pages.url}/", mine, f"{mine}#content"}
