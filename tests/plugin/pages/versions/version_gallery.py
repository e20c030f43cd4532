"""Versions with all that their pages show: tags, a deleted one, one in the making, a comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from argilla_distill.domain.versions.difference import (
    BLOCK,
    Caused,
    Change,
    Difference,
    Move,
    QuestionDifference,
    Side,
    block_of,
)
from argilla_distill.domain.versions.manifest import (
    FailedVersion,
    Manifest,
    VersionEdition,
    VersionQuestion,
    VersionRequest,
)
from argilla_distill.domain.versions.twin import Twin
from argilla_distill.plugin.storage.change_lists import ChangeLists
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET, RECORD, at
from tests.plugin.pages.versions import versioned

Say = Callable[[str], str]

AT = f"/datasets/{DATASET}/versions"
PAIR = f"{AT}/learned-2...learned-3"


def write(store: Store, folder: Path, say: Say = str) -> Difference:
    """All of it; `say` is applied to what people wrote. The folder is where versions are kept."""
    for name in ("majority-1", "learned-2", "learned-3"):
        versioned.write(store, folder, name)
    learned = [questions(say, 40), questions(say, 52)]
    two, three = (_manifest(store, f"learned-{n + 2}", learned[n], say) for n in (0, 1))
    versioned.delete(store, _manifest(store, "majority-1", learned[0], say))
    store.versions.keep(DATASET, two, ["before-guideline-4"])
    store.versions.keep(DATASET, three, ["prod", "latest"])
    store.twins.keep(DATASET, twin(three, say))
    store.versions.ask(DATASET, VersionRequest("learned-4", "", "9-0"))
    store.versions.note(DATASET, "learned-4", stage="writing", done=5200, total=9000)
    store.versions.ask(DATASET, VersionRequest("majority-2", "", "9-0"))
    store.versions.fail(DATASET, FailedVersion("majority-2", say("no strategy `best`"), at(75)))
    made = difference(two, three, say)
    found = write_list(made, folder, say)
    store.differences.keep(found)
    return found


def twin(manifest: Manifest, say: Say) -> Twin:
    """The twin of a version, as it is being written again after somebody deleted records in it."""
    name = say("versions/chat @ learned-3")
    return Twin(manifest.name, 1, "being written", "t1", name, 25, manifest.records)


def questions(say: Say, seen: int) -> tuple[VersionQuestion, ...]:
    helpful = VersionQuestion(
        "helpful",
        "helpful",
        "label_selection",
        "learned",
        7,
        523,
        40,
        "With 40 reviews it trusts models less than before.",
        "",
        {say("yes"): 1800 + seen, "no": 610},
        41,
        12,
        0.61,
        0.87,
    )
    labels = {say("none"): 1500, "hallucination": 420, "tone": 300 + seen, "incomplete": 90}
    problem = VersionQuestion(
        "problem", "problem", "label_selection", "learned", 6, 498, 31, labels=labels, abstained=140
    )
    stars = VersionQuestion(
        "stars", "stars", "rating", "majority", 0, 77, 0, why="Not by `learned`: it is for labels."
    )
    return helpful, problem, stars


def _manifest(store: Store, name: str, asked: tuple[VersionQuestion, ...], say: Say) -> Manifest:
    known = store.versions.manifest(DATASET, name)
    assert known is not None
    return replace(
        known,
        questions=asked,
        records=2500,
        votes=1098,
        splits={"train": 2001, "validation": 250, "test": 249},
        rounds={say("round 1"): 1400, "round 2": 1100},
        sources={"model": 3, "person": 9, "reviewer": 2},
        only=(say("round=2"),) if name == "learned-2" else (),
        created_by=say("olga"),
        parent="learned-2" if name == "learned-3" else "",
        guidelines=(
            VersionEdition(1, "0" * 64, at(1), 700),
            VersionEdition(2, "1" * 64, at(50), 398),
        ),
        note=say("Before the guideline on refunds.\nFor bot-0.4."),
        as_of=at(60) if name == "learned-2" else 0,
        asked_at=at(80 if name == "learned-3" else 70),
        created_at=at({"majority-1": 65, "learned-2": 71}.get(name, 81)),
        unknown=("Guidelines are those of the moment at which it was made.",),
    )


def difference(was: Manifest, now: Manifest, say: Say = str) -> Difference:
    """What changed, without its list."""
    helpful = QuestionDifference(
        "helpful",
        "label_selection",
        "learned",
        "learned",
        ("min_confidence",),
        2480,
        322,
        (
            Caused("new", 20, 20),
            Caused("adjudication", 3, 2),
            Caused("vote", 250, 240),
            Caused("settings", 9, 9),
            Caused("weighed", 40, 40),
        ),
        (
            Move(say("yes"), say("yes"), 1650),
            Move("no", "no", 528),
            Move(say("yes"), "no", 160),
            Move("no", say("yes"), 90),
            Move(None, say("yes"), 52),
        ),
    )
    problem = QuestionDifference(
        "problem",
        "label_selection",
        "majority",
        "learned",
        (),
        2480,
        0,
        (),
        (Move("tone", "tone", 2480),),
    )
    return Difference(
        DATASET,
        "support/chatbot-feedback",
        _side(was),
        _side(now),
        False,
        20,
        3,
        2480,
        ("stars",),
        (),
        (helpful, problem),
    )


def write_list(told: Difference, folder: Path, say: Say = str) -> Difference:
    """Write the list of its changes; the comparison with where each block is."""
    data, asked = bytearray(), []
    for question in told.questions:
        caused = []
        for each in question.caused:
            blocks = [len(data)]
            for first in range(0, each.count, BLOCK):
                last = min(first + BLOCK, each.count)
                data += block_of([_change(each.cause, n, say) for n in range(first, last)])
                blocks.append(len(data))
            caused.append(replace(each, blocks=tuple(blocks)))
        asked.append(replace(question, caused=tuple(caused)))
    made = folder / "list"
    made.write_bytes(bytes(data))
    found = replace(told, questions=tuple(asked))
    ChangeLists(Storage(str(folder))).put(found, made)
    made.unlink()
    return found


def _change(cause: str, n: int, say: Say) -> Change:
    return Change(
        record_id=RECORD if n == 0 else gallery.other(n),
        external_id=say("ticket-4711") if n % 3 == 0 else None,
        was=None if cause == "new" or n % 5 == 4 else say("yes"),
        now="no" if n % 5 != 4 else say("yes"),
        was_confidence=None if cause == "new" else 0.62,
        now_confidence=0.9,
        also=("strategy", "settings") if cause == "adjudication" and n == 1 else (),
        about=say("I was charged twice for the same order. Can I have the second payment back?"),
    )


def _side(of: Manifest) -> Side:
    moment = of.as_of or of.asked_at
    return Side(of.name, moment, of.created_at, of.records, of.release, of.content_sha256, of.only)
