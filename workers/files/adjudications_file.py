"""What reviewers decided, as a CSV file has it, added to the answers that annotators gave."""

from __future__ import annotations

from workers.engine.errors import BadValue
from workers.engine.question import Question
from workers.files.answers import Answers
from workers.files.cells import LABELLED, from_cell, number, presence, refuse_unknown, scale_of
from workers.files.rankings import Ranking
from workers.files.tables import Table


def adjudicate(answers: Answers, table: Table) -> None:
    """Read what reviewers decided; tasks that nobody answered are added."""
    question = answers.question
    if question.type == "ranking" and "label" not in table.header:
        answers.adjudications = _ranks(table)
    else:
        for line, (task, cell) in table.rows("task", "label"):
            try:
                if not task.strip():
                    raise BadValue("task is empty")
                _decide(answers, task.strip(), cell)
            except BadValue as error:
                table.mistakes.add(table.path, line, str(error))
    known = set(answers.tasks)
    answers.tasks += [task for task in answers.adjudications if task not in known]
    for task, value in list(answers.adjudications.items()):
        if isinstance(value, dict):
            answers.partial[task] = answers.adjudications.pop(task)
    if question.scale:
        every = [*question.scale, *answers.adjudications.values()]
        answers.question = Question("rating", scale=scale_of(every))


def _decide(answers: Answers, task: str, cell: str) -> None:
    """Take one cell of a reviewer's. Rows of one task on several labels add up."""
    kind, labels = answers.question.type, answers.question.labels
    standing = answers.adjudications.get(task)
    said = presence(cell) if kind == "multi_label" else None
    if said is not None:
        refuse_unknown(kind, [label for label, holds in said.items() if holds], labels)
        said = {**standing, **said} if isinstance(standing, dict) else said
        whole = all(label in said for label in labels)
        chosen = tuple(label for label in labels if said.get(label))
        answers.adjudications[task] = chosen if whole else said
        return
    value = from_cell(kind, cell)
    if kind in LABELLED:
        refuse_unknown(kind, value, labels)
    if kind == "multi_label":
        several = {*value, *(standing or ())}
        value = tuple(label for label in labels if label in several)
    answers.adjudications[task] = value


def _ranks(table: Table) -> dict[str, Ranking]:
    """Rankings from columns task, item, rank; the lowest rank is the best, equal ones are tied."""
    ranks: dict[str, dict[str, float]] = {}
    for line, (task, item, rank) in table.rows("task", "item", "rank"):
        try:
            if not task.strip() or not item.strip():
                raise BadValue("task is empty" if not task.strip() else "item is empty")
            ranks.setdefault(task.strip(), {})[item.strip()] = number(rank)
        except BadValue as error:
            table.mistakes.add(table.path, line, str(error))
    return {
        task: tuple(
            tuple(sorted(item for item in places if places[item] == rank))
            for rank in sorted(set(places.values()))
        )
        for task, places in ranks.items()
    }
