"""A change of the label engine is judged on datasets that had no part in choosing it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.engine.halves import COMPARED, RELEASED, compare, gains


def test_what_helps_every_dataset_gains_in_every_split() -> None:
    before = np.tile([80.0, 0.5, 0.1], (8, 1))
    found = gains(before, before + np.array([1.0, -0.1, -0.02]))
    assert np.allclose(found, [1.0, 0.1, 0.02])


def test_what_helps_on_one_dataset_alone_gains_less_than_it_seems() -> None:
    rng = np.random.default_rng(0)
    before = np.tile([80.0, 0.5, 0.1], (8, 1))
    after = before.copy()
    after[:, 1] += 0.01 + rng.normal(0, 0.005, 8)
    after[3, 1] -= 0.2  # the mean over all is better than before, thanks to it alone
    assert after[:, 1].mean() < before[:, 1].mean()
    assert (gains(before, after)[:, 1] > 0).mean() < 0.2


def test_the_releases_figures_compared_with_themselves_gain_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    same = tmp_path / "same.json"
    same.write_text(RELEASED.read_text())
    compare([same])
    rows = [row for row in capsys.readouterr().out.splitlines() if row.startswith("| same |")]
    assert len(rows) == len(COMPARED)
    assert all("| 0 of 20 |" in row for row in rows)
    assert len(json.loads(same.read_text())) == 19
