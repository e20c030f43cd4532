"""Whose marks others bear out: the evidence on which a few who mark overrule many who do not.

Where one of three marks something, either two overlooked it or one made it up, and a model that
judges annotators by its own guess takes whichever side it began with. What tells the two apart is
how often an annotator's marks are borne out elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from argilla_distill.workers.engine.composite.span.stretches import Stretches
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Span, Value

HALF_BELIEVED = 4.0
"""Marks borne out elsewhere after which the model is believed as much as a plain count of votes."""


class Corroboration:
    """Who marked which stretch of one record, and which marks somebody else gave as well.

    Parameters
    ----------
    numbers : mapping of label to the number of its model

    >>> votes = {who: Vote("r", who, (Span(0, 4, "name"),)) for who in ("ann", "ben")}
    >>> votes |= {"cas": Vote("r", "cas", (Span(9, 12, "name"),))}
    >>> said = Corroboration([(0, "0-4"), (0, "9-12")], votes, {"name": 0})
    >>> said.borne_out(), said.borne_out((Span(9, 12, "name"),))
    (Counter({'ann': 1, 'ben': 1}), Counter({'cas': 1}))
    """

    def __init__(
        self,
        elements: Sequence[tuple[int, str]],
        votes: Mapping[str, Vote],
        numbers: Mapping[str, int],
    ) -> None:
        self._places, self._numbers, self._votes = Stretches(elements), numbers, votes
        self._by: list[list[tuple[str, str]]] = [[] for _ in elements]  # annotator, label
        for name, vote in votes.items():
            for span in vote.value:
                for i in self._inside(span):
                    self._by[i].append((name, span.label))

    def borne_out(self, verdict: Value = None) -> Counter[str]:
        """How many spans of each annotator touch one of the same label that another one gave.

        Where a reviewer decided the record, only what the reviewer marked as well counts.
        """
        said: list[Counter[str]]
        if verdict is None:
            said = [Counter(label for _, label in by) for by in self._by]
        else:
            said = [Counter() for _ in self._by]
            for span in verdict:
                for i in self._inside(span):
                    said[i][span.label] = 2
        return Counter(
            name
            for name, vote in self._votes.items()
            for span in vote.value
            if any(said[i][span.label] > 1 for i in self._inside(span))
        )

    def trust(self, borne_out: Mapping[str, int], verdict: Value = None) -> Floats:
        """How far to believe the model on each stretch, in [0, 1), shape (n_elements,).

        ``c / (c + HALF_BELIEVED)``, with c how many marks of those who marked the stretch are borne
        out on other records; `borne_out` counts this one as well, as it is with the `verdict`.
        """
        here = self.borne_out(verdict)
        elsewhere = {name: max(borne_out.get(name, 0) - here[name], 0) for name in self._votes}
        c = np.array([sum(elsewhere[name] for name, _ in by) for by in self._by], np.float64)
        return np.asarray(c / (c + HALF_BELIEVED), np.float64)

    def _inside(self, span: Span) -> Iterable[int]:
        return self._places.inside(self._numbers[span.label], span[:2])
