"""What a round is to be, and when it can be none. What it becomes is `round`."""

from __future__ import annotations

from dataclasses import dataclass

from argilla_distill.domain.rounds.round import MAX_TAKEN, NAME, NAME_RULE, Round, TakenOutput
from argilla_distill.domain.versions.manifest import is_name

MAX_MODEL = 200
"""Characters of a model's name."""


@dataclass(frozen=True)
class Wish:
    """What is asked for: see `domain.rounds.round.Round`."""

    name: str
    model: str
    trained_on: str = ""
    take: int = 300
    question: str = ""
    passes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sketch:
    """A round as it would be, of which nothing is written.

    Attributes
    ----------
    missing : metadata properties of the dataset that are to be made.
    first : the first of the outputs that would be taken.
    """

    round: Round
    missing: tuple[str, ...] = ()
    first: tuple[TakenOutput, ...] = ()


def fault(wish: Wish) -> str:
    """Why it can be no round, as far as can be told without the dataset; "" where it can.

    >>> fault(Wish("4", "bot", take=0))
    'a round takes 1 to 10,000 outputs, not 0'
    """
    if not NAME.fullmatch(wish.name):
        return f"{wish.name!r} is no name of a round: {NAME_RULE}"
    if not wish.model.strip() or len(wish.model) > MAX_MODEL:
        return f"say by model whose outputs these are, in {MAX_MODEL} characters at most"
    if not 1 <= wish.take <= MAX_TAKEN:
        return f"a round takes 1 to {MAX_TAKEN:,} outputs, not {wish.take:,}"
    return ""


def another(known: Round, wish: Wish, sha256: str) -> str:
    """Why a round of this name is not the one that is wished for; "" where it is.

    A name is one round's for ever, and a round has one file.

    Parameters
    ----------
    sha256 : of the file of outputs.

    >>> known = Round("4", "bot", "learned-3", "helpful", take=300, source_sha256="ab")
    >>> another(known, Wish("4", "bot", "latest", 300), "ab")
    ''
    >>> another(known, Wish("4", "bot", "learned-2", 300), "ab")[:27]
    'round 4 is another one: 0 o'
    """
    if known.state == "cancelled":
        return f"round {known.name} was cancelled: give the new one another name"
    same = (known.source_sha256, known.model, known.take) == (sha256, wish.model, wish.take)
    same &= wish.passes in ((), known.passes)
    same &= not known.question or wish.question in ("", known.question)
    same &= not is_name(wish.trained_on) or wish.trained_on == known.trained_on  # tags move
    if same:
        return ""
    return (
        f"round {known.name} is another one: {known.plan} By model {known.model}, of a file whose "
        f"SHA-256 begins with {known.source_sha256[:8]}. Give the new one another name"
    )
