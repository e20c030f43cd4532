"""What stands behind ? in an address: where a script asks, nothing is ignored or answered otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.comparisons import comparison_gallery
from tests.plugin.pages.scene import DATASET
from tests.plugin.pages.versions import version_gallery
from tests.plugin.pages.website import Site

HOME = f"/datasets/{DATASET}"
OF_A_QUESTION = (
    HOME,
    f"{HOME}/examples",
    f"{HOME}/annotators",
    f"{HOME}/annotators/2",
    f"{HOME}/trace",
    version_gallery.PAIR,
)


@pytest.fixture
def site(store: Store, tmp_path: Path) -> Site:
    gallery.write(store)
    comparison_gallery.write(store, tmp_path)
    site = Site(store, environment={"DISTILL_VERSIONS": str(tmp_path)})
    site.sign_in("olga")
    return site


def test_a_question_that_is_not_there_is_not_answered_with_another(site: Site) -> None:
    """A script that asked for a question by a wrong name once got the figures of the first one."""
    for path in OF_A_QUESTION:
        assert site.get(f"{path}?question=helpful", json=True).status_code == 200, path
        answer = site.get(f"{path}?question=helpfull", json=True)
        assert answer.status_code == 404, path
        assert "did you mean helpful?" in answer.get_json()["error"]
        assert site.get(f"{path}?question=helpfull").status_code == 200  # an old link of somebody's


@pytest.mark.usefixtures("site")
def test_annotators_are_shown_no_other_question_either(store: Store) -> None:
    hers = Site(store)
    hers.sign_in("anna")
    for question, status in (("helpful", 200), ("helpfull", 404)):
        answer = hers.get(f"{HOME}/examples?question={question}", json=True)
        assert answer.status_code == status


def test_a_cause_that_changed_nothing_is_not_answered_with_another(site: Site) -> None:
    answer = site.get(f"{version_gallery.PAIR}?question=helpful&cause=votes", json=True)
    assert answer.status_code == 404
    assert "did you mean vote?" in answer.get_json()["error"]


@pytest.mark.parametrize(
    "path", ["/", *OF_A_QUESTION, comparison_gallery.PAIR, f"{HOME}/rounds", f"{HOME}/versions"]
)
def test_an_option_that_there_is_not_is_refused_where_a_script_asks(site: Site, path: str) -> None:
    answer = site.get(f"{path}?qestion=problem", json=True)
    assert answer.status_code == 400
    assert "no option qestion" in answer.get_json()["error"]
    assert site.get(f"{path}?utm_source=mail").status_code == 200  # links that people click
