"""The training records that are nearest to given failures, and where they come from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from argilla_distill.domain.given_json import NotGivenJson, parsed
from argilla_distill.domain.versions.segments import Condition, Segment
from argilla_distill.domain.versions.tracing import Failure, FailuresOrigin, Near, SegmentShare
from argilla_distill.plugin.errors import InvalidRequest, InvalidRows
from argilla_distill.workers.evaluation.neighbours import nearest
from argilla_distill.workers.evaluation.tf_idf import text_of
from argilla_distill.workers.use_cases.tracing.material import MAX_CHARACTERS, Material

MAX_FAILURES = 10_000
"""More failures than that are not traced at once."""

SHOWN = 160
"""Characters of a text that are shown."""

MAX_SHARES = 20


@dataclass(frozen=True)
class FailureText:
    """One failure: its text, and its row in the material where it is a record of the version, else -1."""

    text: str
    row: int = -1


def failures_of(lines: Iterable[str], found: Material) -> list[FailureText]:
    """Read failures, a JSON object a line: `record_id`, `external_id`, `text`, or a record's `fields`.

    Raises
    ------
    InvalidRows : names the line that is none, and what is wrong with it.
    """
    read = list(_read(lines, found))
    if not read:
        raise InvalidRows("there is no failure in the file: one JSON object a line is wanted")
    return read


def origin(failed: list[FailureText], found: Material, most: int) -> FailuresOrigin:
    """The nearest training records of each failure, and how their segments compare with all training records.

    Parameters
    ----------
    most : so many near records of each.

    Raises
    ------
    InvalidRequest : the version has no record to train on.
    """
    rows = [i for i, split in enumerate(found.splits) if split == "train" and found.labels[i]]
    if not rows:
        raise InvalidRequest(f"{found.manifest.name} has no labelled record in its train split")
    at = {row: place for place, row in enumerate(rows)}
    texts = [found.texts[row] for row in rows]
    never = [at.get(each.row, -1) for each in failed]
    places, cosines = nearest(texts, [each.text for each in failed], most, never)
    answered: defaultdict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(found.answers.record):
        answered[row].append(number)
    near = [
        [(rows[place], float(cosine)) for place, cosine in zip(*each, strict=True) if place >= 0]
        for each in zip(places.tolist(), cosines.tolist(), strict=True)
    ]
    failures = tuple(
        Failure(each.text[:SHOWN], tuple(_near(found, answered[row], row, c) for row, c in some))
        for each, some in zip(failed, near, strict=True)
    )
    return FailuresOrigin(failures, _shares(found, answered, rows, [r for s in near for r, _ in s]))


def _near(found: Material, answers: list[int], row: int, cosine: float) -> Near:
    said = found.answers
    return Near(
        found.ids[row],
        round(cosine, 4),
        found.texts[row][:SHOWN],
        found.labels[row],
        found.rounds[row],
        tuple(sorted({said.annotator[n] for n in answers} - {""})),
        tuple(sorted({said.guidelines[n] for n in answers} - {""})),
        found.disputed[row],
    )


def _shares(
    found: Material, answered: dict[int, list[int]], rows: list[int], near: list[int]
) -> tuple[SegmentShare, ...]:
    """The segments with the largest excess among near records."""

    def count(some: Iterable[int]) -> Counter[str]:
        return Counter(name for row in some for name in _segments(found, answered[row], row))

    here, all_of_them = count(near), count(rows)
    shares = [
        SegmentShare(name, n, round(n / len(near), 4), round(all_of_them[name] / len(rows), 4))
        for name, n in here.items()
    ]
    return tuple(
        sorted(shares, key=lambda each: (each.share - each.near_share, each.segment))[:MAX_SHARES]
    )


def _segments(found: Material, answers: list[int], row: int) -> set[str]:
    said = found.answers
    conditions = {
        *(("annotator", said.annotator[n]) for n in answers),
        *(("guidelines", said.guidelines[n]) for n in answers),
        ("round", found.rounds[row]),
        ("model", found.models[row]),
    }
    return {str(Segment((Condition(kind, value),))) for kind, value in conditions if value}


def _read(lines: Iterable[str], found: Material) -> Iterator[FailureText]:
    count = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        count += 1
        if count > MAX_FAILURES:
            raise InvalidRows(f"more than {MAX_FAILURES:,} failures: trace a part of them")
        try:
            said = parsed(line)
        except NotGivenJson as error:
            raise InvalidRows(f"line {number} {error}") from None
        yield _failed(said, number, found)


def _failed(said: object, number: int, found: Material) -> FailureText:
    if not isinstance(said, dict):
        raise InvalidRows(f"line {number} is no JSON object")
    for key in ("record_id", "external_id"):
        if said.get(key):
            row = found.places.get(str(said[key]))
            if row is None:
                raise InvalidRows(
                    f"line {number}: {found.manifest.name} has no record {said[key]}; give its text or fields"
                )
            return FailureText(found.texts[row], row)
    wanted = said.get("fields") if isinstance(said.get("fields"), dict) else said
    text = text_of(wanted if isinstance(wanted, dict) else {})[:MAX_CHARACTERS]
    if not text.strip():
        raise InvalidRows(
            f"line {number} has no text: give record_id, external_id, text, or the record's fields"
        )
    return FailureText(text)
