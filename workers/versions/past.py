"""What the history tells of a dataset as a whole up to a version's position: folded while it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.config import CONFIG, Config
from argilla_distill.domain.history.guidelines import GUIDELINES, Edition, edition
from argilla_distill.domain.history.people import ANNOTATOR
from argilla_distill.domain.state.annotator import KnownAnnotator


@dataclass
class Past:
    """What held for a dataset at a position of its history.

    Attributes
    ----------
    fits : question → number of the live model's fit.
    config : settings, overlap and questions; None where the history is older than its entries of them.
    editions : of the guidelines, the first first.
    people : annotator's number → name and kind, of those whom the history introduces.
    """

    fits: dict[str, int] = field(default_factory=dict)
    config: Config | None = None
    editions: list[Edition] = field(default_factory=list)
    people: dict[int, dict[str, str]] = field(default_factory=dict)

    def follow(self, entry: Entry) -> None:
        """Take in one entry; entries come in the history's order."""
        if entry.kind == "fit":
            self.fits.update(entry.values)
        elif entry.kind == CONFIG:
            self.config = Config.of_entry(entry)
        elif entry.kind == GUIDELINES:
            self.editions.append(edition(entry, len(self.editions) + 1))
        elif entry.kind == ANNOTATOR and entry.annotator is not None:
            self.people[entry.annotator] = dict(entry.values)

    def people_then(self, today: Mapping[int, KnownAnnotator]) -> dict[int, KnownAnnotator]:
        """Who everybody was: as the history tells, else as they are called today."""
        return {
            number: KnownAnnotator(known.key, **self.people[number])
            if number in self.people
            else known
            for number, known in today.items()
        }

    def as_json(self) -> dict[str, Any]:
        """As it goes over a kill."""
        return {
            "fits": self.fits,
            "config": None if self.config is None else self.config.as_json(),
            "editions": [asdict(each) for each in self.editions],
            "people": {str(number): known for number, known in self.people.items()},
        }

    @classmethod
    def read(cls, json: Mapping[str, Any]) -> Past:
        """The inverse of `as_json`; of nothing, what is known before the first entry."""
        if not json:
            return cls()
        return cls(
            dict(json["fits"]),
            None if json["config"] is None else Config.read(json["config"]),
            [Edition(**each) for each in json["editions"]],
            {int(number): known for number, known in json["people"].items()},
        )
