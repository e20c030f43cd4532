"""What the built-in strategies are called, and how each decides, in a sentence for whoever reads a record.

How they do it is `workers.engine`, whose registry a test holds this table to.
"""

from __future__ import annotations

from collections.abc import Mapping

LEARNED = "learned"
MAJORITY = "majority"

HOW: Mapping[str, str] = {
    LEARNED: (
        "Each voice weighs by how often its owner has been right, as far as the others and the "
        "reviewers' adjudications tell; voices that err together count less."
    ),
    MAJORITY: "Every vote weighs the same; a tie is left undecided.",
    "dawid_skene": (
        "Each voice weighs by how well its owner has told these labels apart so far, compared with "
        "everybody else who answered the same records."
    ),
    "nearest": (
        "The answer that is nearest to all others is taken as it was given; each voice weighs by how "
        "often its owner has been right."
    ),
    "alignment": (
        "The answers are laid side by side, word by word, and of the words in one place the "
        "weightiest is taken; each voice weighs by how often its owner has been right."
    ),
}


def how(name: str) -> str:
    """How a strategy decides, in a sentence or two.

    >>> how("majority")
    'Every vote weighs the same; a tie is left undecided.'
    >>> how("acme_rules:PeopleFirst")
    'This strategy is not built in: how it weighs voices is in its own code.'
    """
    return HOW.get(name, "This strategy is not built in: how it weighs voices is in its own code.")
