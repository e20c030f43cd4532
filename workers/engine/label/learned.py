"""The default for label questions: what votes tell, and what adjudications and texts add to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from argilla_distill.workers.engine.contract.blocks import Blocks
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.label.corrected_model import CorrectedModel
from argilla_distill.workers.engine.label.label_fold import LabelFold


class Learned(LabelFold):
    """Votes, corrected by adjudications, with the record's text as one more voice.

    With e what the votes say of a record (`AdditiveModel`, weighed by a `PooledWeigher` and a
    `SecondOpinion`), d its discount, u what each vote is worth, and c what the text says (`TextVoice`)::

        log P[i, k] = scale · d[i] e[i, k] + d[i] Σ_j u[i, j] (common + added[j])[v[i, j], k]
                      + trust · c[i, k] + bias[k],  up to a constant

    **Adjudications** do three things. An adjudicated record is decided by its adjudication. It
    anchors the annotators' confusion matrices: there the label is known, and the record counts
    `anchor_worth` times. And from 10 on they teach ``scale``, ``trust``, ``bias``, ``common``, what
    anybody's vote for a label counts for each, and ``added``, how far an annotator differs in that
    (`fitting`): penalised toward 1, 1 and 0, which changes nothing, and only used where
    cross-validation says that they help.
    What they learn from are adjudicated records as they look to a model that was never told their
    adjudications (`withheld`), and where reviews skipped records of some confidence, such records
    as they are (`skipped`). Adjudications that were drawn at random say at last how sure all that may
    be of records that nobody would choose (`tempering`).

    Everything adds up in the votes, so that explanations are exact.

    Dawid & Skene (1979) for the matrices; Genest & Zidek, Combining probability distributions,
    Statistical Science 1 (1986), for log-linear pools; Raykar et al., Learning from crowds, JMLR 11
    (2010), for texts and votes together.

    Parameters
    ----------
    content : bool
        Whether texts have a voice.

    Examples
    --------
    Whoever is asked, all but one say b; adjudications say that the one is right.

    >>> from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
    >>> from argilla_distill.workers.engine.contract.question import label_question
    >>> true = "ab" * 20
    >>> votes = [Vote(f"r{i}", "ann", label) for i, label in enumerate(true)]
    >>> votes += [Vote(f"r{i}", who, "b") for who in ("ben", "cas") for i in range(40)]
    >>> model = Learned(label_question("a", "b")).fit(votes)
    >>> model.decide(["r38"])[0].leader
    'b'
    >>> model = model.fit([*votes, *(Adjudication(f"r{i}", true[i]) for i in range(20))])
    >>> model.decide(["r38"])[0].leader, model.training.used
    ('a', True)
    """

    name: ClassVar[str] = "learned"

    model: CorrectedModel

    def __init__(self, question: Question, *, content: bool = True) -> None:
        super().__init__(question, CorrectedModel(question.labels, content))

    def keep_apart(self, blocks: Blocks) -> None:
        self.model.keep_apart(blocks)

    def set_apart(self) -> None:
        self.model.text.texts_.set_apart()

    def compact(self) -> None:
        self.model.text.texts_.compact()

    def prepare(self, over: Callable[[], bool]) -> bool:
        voice = self.model.text
        return voice.topics_.learn(voice.texts_, over) if self.model.content else True

    @property
    def training(self) -> Training:
        return self.model.training
