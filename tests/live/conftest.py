"""The servers of the live tests: started once for all of them, empty, in a temporary directory.

Tests share them, so each makes a workspace, users and datasets of its own (`Api` invents names).
A test that stops or pauses a server either starts one of its own or puts it back.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from demo.argilla.api import Api
from demo.running.installation import Installation, installed
from demo.running.servers import Argilla, RedisServer
from tests.live.browser.chromium import chromium

HERE = Path(__file__).parent

PLAN = """[defaults]
review_audits = 0.0

[datasets."audited-*/*"]
review_audits = 0.15

[datasets."apart-*/*"]
distil = false
"""
"""Only where a test is about audits are records drawn: else each tenth would not be reviewed as expected."""


FIRST = (
    "test_commands",
    "test_faults",
    "test_held_write",
    "test_fresh_start",
    "test_types",
    "test_trace",
    "test_distilled",
    "test_pages_browser",
    "test_notebook",
    "test_version_of_earlier",
    "test_dataset_life",
    "test_field_reports",
)
"""Files with an installation of their own come first: begun later, everything would be delivered to the
installation that the others share as well. Then those that take a minute or more, the longest first: begun
last, one would keep a single core at work."""


def begins(item: pytest.Item) -> int:
    """The place of the test's file among those that are begun first."""
    return FIRST.index(item.path.stem) if item.path.stem in FIRST else len(FIRST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.live)
    items.sort(key=begins)  # stable: as collected otherwise


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def argilla(
    redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Argilla]:
    """Its queues are in database 0 of the Redis; ours go elsewhere: `redis_server.url(1)`."""
    with Argilla(tmp_path_factory.mktemp("argilla"), redis_server.url(), lean=True) as server:
        yield server


@pytest.fixture(scope="session")
def api(argilla: Argilla) -> Iterator[Api]:
    """Argilla as its owner sees it."""
    with Api(argilla.url, argilla.api_key) as client:
        yield client


@pytest.fixture(scope="session")
def installation(
    argilla: Argilla, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Our service, connected; for tests that do not stop any part of it.

    It leaves workspaces `apart-…` alone: where a test has a service of its own, no other may write there.
    """
    directory = tmp_path_factory.mktemp("service")
    with installed(argilla, redis_server.url(5), directory, workers=1, plan=PLAN) as running:
        yield running


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with a profile of its own."""
    with chromium(tmp_path / "profile") as driver:
        yield driver
