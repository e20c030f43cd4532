"""What pytest is told while mutants are tried (`mutants.py`): find out as soon as can be that one is noticed.

The tests that enter the changed function run with the quickest first, as mutmut has timed them: the first
that fails ends the run. What Hypothesis finds it need not make small: nobody reads it.
"""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from mutmut.state import state

PROFILE = "mutants"

settings.register_profile(
    PROFILE,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    took_s = state().duration_by_test
    items.sort(key=lambda item: took_s.get(item.nodeid, 0.0))
