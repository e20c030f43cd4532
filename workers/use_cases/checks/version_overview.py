"""A dataset's versions at a glance: those that are kept, what is being made, and what could not be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from argilla_distill.domain.versions.manifest import FailedVersion
from argilla_distill.plugin.store import Store


@dataclass(frozen=True)
class InHand:
    """A version that is being made.

    Attributes
    ----------
    stage : what is done at the moment; `waiting` where it cannot go on for now.
    done, total : how much of the stage; 0 where that is not known.
    error : why it waits; "" where it does not.
    """

    name: str
    stage: str
    done: int
    total: int
    error: str

    def __str__(self) -> str:
        """In words.

        >>> print(InHand("learned-3", "writing", 200, 1000, ""))
        learned-3 is being made: writing 20%
        >>> print(InHand("learned-3", "waiting", 0, 0, "No space left on device"))
        learned-3 waits and is tried again: No space left on device
        """
        if self.error:
            return f"{self.name} waits and is tried again: {self.error}"
        share = f" {self.done / self.total:.0%}" if self.total else ""
        return f"{self.name} is being made: {self.stage}{share}"


@dataclass(frozen=True)
class VersionsOverview:
    """What is known of a dataset's versions without reading a manifest.

    Attributes
    ----------
    kept, bytes : how many have files, and what these take.
    making : the first asked for first.
    failed : since the last one was made.
    """

    kept: int
    bytes: int
    making: Sequence[InHand]
    failed: Sequence[FailedVersion]


def overview(store: Store, dataset_id: str) -> VersionsOverview:
    """The versions of a dataset as they are now."""
    versions = store.versions
    making = []
    for request in versions.asked(dataset_id):
        facts = versions.progress(dataset_id, request.name)
        making.append(
            InHand(
                request.name,
                facts.get("stage", "not begun"),
                int(facts.get("done", 0)),
                int(facts.get("total", 0)),
                facts.get("error", ""),
            )
        )
    sizes = versions.sizes(dataset_id)
    return VersionsOverview(len(sizes), sum(sizes.values()), making, versions.failures(dataset_id))
