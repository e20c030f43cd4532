"""Where things are: the repository, and recorded answers beside it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT.parent / "shared" / "bench"
"""Recorded answers of real annotators; tests that want them are skipped where they are not."""
