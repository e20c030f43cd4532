"""A dataset of which the visitor may see all; else an answer that says why there is none.

Versions and rounds hold everybody's answers, so they are for those who oversee the dataset. What is kept of a
dataset that was deleted in Argilla is shown as before; nothing new can be asked for.
"""

from __future__ import annotations

from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.pages.dataset_page import NO_SUCH_DATASET
from argilla_distill.plugin.pages.frame import Absent, Frame
from argilla_distill.plugin.pages.looked_up import is_gone
from argilla_distill.plugin.visitors.visitor import Visitor

NOT_FOR_ANNOTATORS = (
    "Versions and rounds hold everybody's answers: they are for Argilla's owners and for admins of the "
    "dataset's workspace. {name} is an annotator there."
)

GONE = (
    "{name} was deleted in Argilla. What is known of it is kept, and can be read: its history, labels, "
    "versions and rounds. Nothing more can be done with it."
)


def dataset(frame: Frame, visitor: Visitor, text: str) -> str:
    """The id of a dataset of which the visitor may see all. Raises Absent."""
    if not visitor.oversees:
        text = NOT_FOR_ANNOTATORS.format(name=visitor.username)
        raise Absent(frame.message(403, "Not for this account", text, visitor))
    dataset_id = lookup.overseen(frame.store, text, visitor)
    if dataset_id is None:
        raise Absent(frame.missing(visitor, "No such dataset", NO_SUCH_DATASET))
    return dataset_id


def in_argilla(frame: Frame, visitor: Visitor, text: str) -> str:
    """The same of a dataset with which something is to be done. Raises Absent also where it was deleted."""
    dataset_id = dataset(frame, visitor, text)
    info = frame.store.datasets.info(dataset_id)
    if is_gone(info):
        told = GONE.format(name=info.get("name", dataset_id))
        raise Absent(frame.message(410, "Deleted in Argilla", told, visitor))
    return dataset_id
