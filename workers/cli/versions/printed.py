"""How versions are printed: those that are made, those in hand, and those that could not be made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from argilla_distill.domain.versions.manifest import FailedVersion, Manifest
from argilla_distill.domain.versions.twin import Twin
from argilla_distill.domain.wording import moment
from argilla_distill.workers.use_cases.checks.version_overview import InHand


def manifest_lines(manifest: Manifest, tags: Sequence[str] = ()) -> list[str]:
    """A version that is made, as `version show` tells of it."""
    lines = [
        f"{manifest.name} of {manifest.dataset}" + (f" ({', '.join(tags)})" if tags else ""),
        f"  made {moment(manifest.created_at)} by argilla-distill {manifest.release}",
        f"  {manifest.records:,} records, {manifest.votes:,} answers, {manifest.bytes / 1e6:.1f} MB",
        "  " + ", ".join(f"{split} {n:,}" for split, n in manifest.splits.items()),
        f"  digest {manifest.content_sha256}",
        *(f"  only {segment}" for segment in manifest.only),
        *(f"  without {segment}" for segment in manifest.without),
    ]
    for question in manifest.questions:
        lines.append(
            f"  {question.name}: by {question.strategy}, {question.abstained:,} left open, "
            f"{question.open_conflicts:,} in open conflict"
        )
    lines += [f"  {sentence}" for sentence in manifest.unknown]
    return lines


def unmade(making: Sequence[InHand], failed: Sequence[FailedVersion]) -> Iterator[str]:
    """What is being made, and what could not be."""
    yield from map(str, making)
    for each in failed:
        yield f"{each.name} failed: {each.error}"


def unmade_json(
    making: Sequence[InHand], failed: Sequence[FailedVersion]
) -> dict[str, list[dict[str, Any]]]:
    """The same as JSON."""
    return {"making": [vars(each) for each in making], "failed": [vars(each) for each in failed]}


def twin_cell(twin: Twin | None) -> str:
    """How far a twin is, in the list of versions."""
    if twin is None:
        return ""
    return f"{twin.written / twin.total:.0%}" if twin.waits and twin.total else twin.state
