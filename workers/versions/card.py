"""A version's README.md: the dataset card that the Hugging Face Hub shows, and people read first.

It follows from the manifest alone, so that the same version has the same card. Like the picture of its
labels it is a file of the version, but no part of the content digest, which is of values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timezone

from argilla_distill.domain.strategy_names import how
from argilla_distill.domain.versions.labels import label_bars
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.workers.versions.picture import PICTURE

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

LIMITS = (
    "A label is what annotators who disagree most likely mean, not the truth. `confidence` says how sure it "
    "is; what is left open has no label.",
    "`test` is for testing: no training file may hold it, nor what is nearly the same as something in it.",
)

LICENCE = (
    "No licence is stated here: whose the texts and the answers are decides it. Settle it before you hand "
    "this on, for instance in the settings of the repository."
)

UNNOTICED = (
    "Of a moment that was past: what was deleted or rewritten in Argilla by then counts from when it was "
    "noticed, with the record's next answer, at the daily sweep, or when a version was made."
)

AUDITS = (
    "How often labels are right is known only from audits: reviews of records that were drawn at random, and "
    "without knowing what is decided. Reviews of records that were chosen as doubtful say nothing about the "
    "others."
)

INTERVALS = (
    "What is in brackets holds the figure 9 times in 10. It is of records that no reviewer decided, and the "
    "labels that are judged were made without the audits. Audits are in `test`, with `audit_pi`, the "
    "probability with which they were drawn."
)


def card(manifest: Manifest) -> str:
    """The card, in markdown with a head of YAML."""
    parts = [_head(manifest), _what(manifest), _how(manifest), _labels(manifest)]
    parts += [_agreement(manifest), _calibration(manifest), _people(manifest), _reading(manifest)]
    parts += [_limits(manifest), _citing(manifest)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(manifest: Manifest) -> str:
    size = next((name for most, name in SIZES if manifest.records < most), "1M<n<10M")
    lines = ["---", f"pretty_name: {json.dumps(f'{manifest.dataset} {manifest.name}')}"]
    lines += ["configs:", "- config_name: records", "  default: true", "  data_files:"]
    for split in manifest.splits:
        lines += [f"  - split: {split}", f"    path: records-{split}-*.parquet"]
    lines += [
        "- config_name: votes",
        "  data_files:",
        "  - split: votes",
        "    path: votes-*.parquet",
    ]
    lines += ["size_categories:", f"- {size}", "tags:", "- argilla", "- argilla-distill", "---"]
    return "\n".join(lines)


def _what(manifest: Manifest) -> str:
    rows = [
        ("dataset in Argilla", _escaped(manifest.dataset)),
        ("as of", _moment(manifest.as_of or manifest.asked_at)),
        ("made", f"{_moment(manifest.created_at)} by argilla-distill {manifest.release}"),
        ("records", f"{manifest.records:,}"),
        ("answers", f"{manifest.votes:,}"),
        ("content digest", f"`{manifest.content_sha256}`"),
    ]
    segments = (("only", manifest.only), ("without", manifest.without))
    rows += [(name, _escaped(" ".join(some))) for name, some in segments if some]
    note = f"\n\n{manifest.note}" if manifest.note else ""
    return (
        f"# {_escaped(manifest.dataset)}, version {_escaped(manifest.name)}\n\n"
        "One label for each record, distilled from the answers of many annotators who disagree, with how "
        f"sure it is and every answer behind it. This version never changes.{note}\n\n"
        + _table(["", ""], rows)
    )


def _how(manifest: Manifest) -> str:
    strategies = dict.fromkeys(question.strategy for question in manifest.questions)
    lines = ["## How it was distilled"]
    for strategy in strategies:
        asked = [q for q in manifest.questions if q.strategy == strategy]
        names = ", ".join(_escaped(q.name) for q in asked)
        lines.append(f"**{_escaped(strategy)}** decides {names}. {how(strategy)}")
    lines += [
        f"- {_escaped(q.name)}: {_escaped(sentence)}"
        for q in manifest.questions
        for sentence in (q.trained, q.why)
        if sentence
    ]
    return "\n\n".join(lines)


def _labels(manifest: Manifest) -> str:
    asked = [question for question in manifest.questions if question.labels]
    if not asked:
        return ""
    lines = ["## Labels", f"![How often each label was decided, question by question]({PICTURE})"]
    for question in asked:
        bars = label_bars(question, manifest.records)
        rows = [(_escaped(bar.label), f"{bar.count:,}", f"{bar.share:.1%}") for bar in bars]
        lines.append(_table([_escaped(question.name), "records", "share"], rows, numbers=2))
    return "\n\n".join(lines)


def _agreement(manifest: Manifest) -> str:
    rows = [
        (
            _escaped(q.name),
            "–" if q.agreement is None else f"{q.agreement:.2f}",
            f"{q.votes:,}",
            f"{q.adjudications:,}",
            f"{q.abstained:,}",
            f"{q.open_conflicts:,}",
            "–" if q.mean_confidence is None else f"{q.mean_confidence:.2f}",
        )
        for q in manifest.questions
    ]
    heads = [
        "question",
        "alpha",
        "answers",
        "adjudications",
        "left open",
        "open conflicts",
        "confidence",
    ]
    return (
        "## Agreement and conflicts\n\n"
        "alpha is Krippendorff's, of the answers before anything is distilled: 1 is full agreement, 0 is "
        "what chance gives. Confidence is the mean of all that is decided.\n\n"
        + _table(heads, rows, numbers=6)
    )


def _calibration(manifest: Manifest) -> str:
    lines = [
        f"- **{_escaped(q.name)}**: {q.audited.sentence} {q.audited.sureness}".rstrip()
        for q in manifest.questions
    ]
    parts = ["## Are the labels right?", AUDITS, "\n".join(lines)]
    known = any(question.audited.right for question in manifest.questions)
    return "\n\n".join([*parts, INTERVALS] if known else parts)


def _people(manifest: Manifest) -> str:
    parts = [
        ("Who answered", "annotators", manifest.sources),
        ("Split", "records", manifest.splits),
    ]
    parts.append(("Round", "records", manifest.rounds))
    tables = [
        _table([head, of], [(_escaped(name), f"{n:,}") for name, n in counts.items()], numbers=1)
        for head, of, counts in parts
        if counts
    ]
    names = "are named" if manifest.named else "are numbered, not named"
    return "\n\n".join(
        ["## Annotators, splits and rounds", f"Annotators {names} in `votes`.", *tables]
    )


def _reading(manifest: Manifest) -> str:
    example = next((question.column for question in manifest.questions), "question")
    return f"""## Reading it

```python
from datasets import load_dataset

records = load_dataset("path/to/this/folder", "records", split="train")
votes = load_dataset("path/to/this/folder", "votes", split="votes")
decided = records.filter(lambda row: row[{json.dumps(example)}]["confidence"] >= 0.9)
```

Each question is a struct: `value`, `confidence`, `posterior`, `entropy`, `abstained`, `why`, `adjudicated`,
`fit`, `conflict`, `votes`, `independent_votes`; a rating's has its `expected` value too, and the interval
from `low` to `high` that holds it 9 times in 10. Votes err together, so `independent_votes` says how many
that err independently they count as. The table `votes` has what everybody said, also what does not count,
and why not. The split of a record is the same in every version: what is nearly the same is never parted."""


def _limits(manifest: Manifest) -> str:
    limits = (*LIMITS, *((UNNOTICED,) if manifest.as_of else ()), *manifest.unknown, LICENCE)
    return "\n".join(["## Known limits", "", *(f"- {each}" for each in limits)])


def _citing(manifest: Manifest) -> str:
    return (
        "## Citing it\n\n"
        f"{_escaped(manifest.dataset)}, version {_escaped(manifest.name)}, content digest "
        f"`{manifest.content_sha256[:16]}`, distilled by argilla-distill {manifest.release}. "
        "The digest is of all values, whatever wrote the files: who has the same has the same labels."
    )


def _table(heads: list[str], rows: Iterable[tuple[str, ...]], numbers: int = 0) -> str:
    """A table of markdown; its last `numbers` columns are set to the right."""
    ruler = ["---"] * (len(heads) - numbers) + ["---:"] * numbers
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ruler, *rows))


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def _escaped(text: str) -> str:
    """What people named, as text on one line: it makes no table and no markup."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|" else c for c in plain)
