"""Where a browser finds in Argilla what of ours there is to see. Pure.

Argilla's UI always asks what the *visitor* made of a record: pending are those that nobody has completed
and the visitor has not answered; draft, discarded and submitted are the visitor's own. A completed record
is shown to nobody but those who answered it, and no filter or sort brings it back; there is no address of
a single record either (the search of the UI, 2.4 to 2.8). So our suggestions on completed records are seen

- in the review dataset, whose copies are pending, by those who may decide: `review_link`;
- beside their own answers, by those who gave them: `answered_link`.
"""

from __future__ import annotations

from urllib.parse import quote

from argilla_distill.domain.records import OWN_AGENT
from argilla_distill.domain.state.review import ReviewInfo

MAX_FITS = 20
"""So many agents are named in a link: a suggestion that never moved keeps the fit that made it."""

SEPARATORS = ".~"
"""What the UI divides a filter by, and has no way to escape."""


def dataset_link(argilla_url: str, dataset_id: str) -> str:
    """The dataset as the UI opens it by itself: what waits for the visitor's own answer."""
    return f"{argilla_url}/dataset/{dataset_id}/annotation-mode"


def review_link(
    argilla_url: str, review_id: str, asks: str = "priority", original: str = ""
) -> str:
    """A review dataset in the queue's order; only the copy of `original`, a record's id, if it is given.

    >>> review_link("http://argilla", "r").split("?")[1]
    'page=1&status=pending&sort=metadata.priority.desc'
    >>> review_link("http://argilla", "r", original="1-2").split("?")[1]
    'page=1&status=pending&metadata=original.1-2'
    """
    what = f"metadata=original.{original}" if original else f"sort=metadata.{asks}.desc"
    return f"{dataset_link(argilla_url, review_id)}?page=1&status=pending&{what}"


def answered_link(
    argilla_url: str, dataset_id: str, question: str = "", strategy: str = "", fit: int = 0
) -> str:
    """What the visitor has submitted; with a fit, only records that carry a suggestion of ours.

    >>> answered_link("http://argilla", "d", "helpful", "learned", 2).split("&suggestion=")[1]
    'helpful.agent.distill/learned:1.distill/learned:2'
    """
    link = f"{dataset_link(argilla_url, dataset_id)}?page=1&status=submitted"
    if not fit or set(SEPARATORS) & set(question + strategy):
        return link
    first = max(1, fit - MAX_FITS + 1)
    agents = [f"{OWN_AGENT}{strategy}:{number}" for number in range(first, fit + 1)]
    return f"{link}&suggestion={quote('.'.join([question, 'agent', *agents]), safe='.:/')}"


def overseer_link(argilla_url: str, dataset_id: str, review: ReviewInfo | None, due: int) -> str:
    """What owners and admins are shown: what there is to review, else the dataset as it opens."""
    if review and due:
        return review_link(argilla_url, review.id)
    return dataset_link(argilla_url, dataset_id)
