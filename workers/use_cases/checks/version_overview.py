"""A dataset's versions and their twins at a glance: what is kept, being made, and could not be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from argilla_distill.domain.versions.manifest import FailedVersion
from argilla_distill.domain.versions.twin import Twin
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
class TwinsOverview:
    """The copies of a dataset's versions in Argilla.

    Attributes
    ----------
    done : how many are whole.
    waiting : those that are not yet, the first asked for first.
    failed : those that will not be.
    """

    done: int
    waiting: Sequence[Twin]
    failed: Sequence[Twin]


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
    twins: TwinsOverview


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
    failures, twins = versions.failures(dataset_id), _twins(store, dataset_id)
    return VersionsOverview(len(sizes), sum(sizes.values()), making, failures, twins)


def _twins(store: Store, dataset_id: str) -> TwinsOverview:
    every = list(store.twins.all(dataset_id).values())
    return TwinsOverview(
        sum(twin.state == "done" for twin in every),
        [twin for twin in every if twin.waits],
        [twin for twin in every if twin.state == "failed"],
    )
