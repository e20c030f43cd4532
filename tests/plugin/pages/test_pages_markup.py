"""Whatever people wrote is shown as text on every page: no markup of theirs becomes ours."""

from html.parser import HTMLParser

import pytest

from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.review import ReviewInfo
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET, QUESTIONS, RECORD, scene
from tests.plugin.pages.website import Site

EVIL = "<img src=x onerror=\"alert('1')\">&amp;{{ 7*7 }}"

PAGES = (
    "/",
    f"/datasets/{DATASET}",
    f"/datasets/{DATASET}?question=problem",
    f"/datasets/{DATASET}/annotators",
    f"/datasets/{DATASET}/annotators/0",
    f"/datasets/{DATASET}/annotators/13",
    f"/datasets/{DATASET}/examples",
    f"/datasets/{DATASET}/examples?question=problem",
    f"/records/{RECORD}",
)


class Elements(HTMLParser):
    """All elements and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def site(store: Store) -> Site:
    told = scene()
    told.info |= {"name": f"ws/{EVIL}", "word": EVIL, "state": EVIL}
    told.annotators[0] = KnownAnnotator("u-ada", f"ada {EVIL}", "person")
    told.ledger["r"]["1"][2]["comment"] = EVIL
    gallery.write(store, lambda text: f"{text} {EVIL}", told)
    store.reviews.keep(DATASET, ReviewInfo(f'x"{EVIL}', EVIL, EVIL))
    site = Site(store)
    site.argilla.fields[RECORD] = {EVIL: EVIL}
    site.sign_in("olga")
    return site


@pytest.mark.parametrize("path", PAGES)
def test_no_markup_of_theirs_becomes_ours(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 200
    page = Elements(answer.text)
    assert EVIL in page.text
    assert not page.tags & {"img", "script", "iframe", "object", "style", "base"}
    assert not {name for name in page.attributes if name.startswith("on") or name == "style"}


@pytest.mark.parametrize("path", PAGES)
def test_json_tells_it_as_it_is_and_says_that_it_is_json(site: Site, path: str) -> None:
    answer = site.get(path, json=True)
    assert answer.mimetype == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert EVIL in str(answer.get_json()).replace("\\'", "'")


def test_a_question_in_the_address_is_only_ever_compared(site: Site) -> None:
    answer = site.get(f"/datasets/{DATASET}", json=True)
    first = answer.get_json()["head"]["question"]
    for asked in (EVIL, "", "none", "../x", "question:x"):
        told = site.browser.get(
            f"/datasets/{DATASET}",
            query_string={"question": asked},
            headers={"Accept": "application/json"},
        )
        assert told.mimetype == "application/json"
        assert told.status_code == (404 if asked else 200)
    page = site.browser.get(f"/datasets/{DATASET}", query_string={"question": EVIL})
    assert page.status_code == 200
    assert next(iter(QUESTIONS)) == first


@pytest.mark.parametrize("page", ["0", "-3", "x", "999", "1e9"])
def test_any_number_of_a_page_is_no_error(site: Site, page: str) -> None:
    assert site.get(f"/datasets/{DATASET}/annotators?page={page}").status_code == 200
