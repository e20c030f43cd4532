"""A version's README.md: the dataset card that the Hugging Face Hub shows, and people read first."""

from __future__ import annotations

from datetime import datetime, timezone

from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

BAR = 24
"""Characters of the longest bar."""

MAX_LABELS = 20


def card(manifest: Manifest) -> str:
    """The card, in markdown with a head of YAML."""
    parts = [_head(manifest), _what(manifest)]
    parts += [_question(question, manifest.records) for question in manifest.questions]
    parts += [_reading(manifest), _limits(manifest)]
    return "\n\n".join(parts) + "\n"


def _head(manifest: Manifest) -> str:
    size = next((name for most, name in SIZES if manifest.records < most), "1M<n<10M")
    lines = ["---", "configs:", "- config_name: records", "  default: true", "  data_files:"]
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
        ("dataset in Argilla", f"`{manifest.dataset}`"),
        ("as of", _moment(manifest.as_of or manifest.asked_at)),
        ("made", f"{_moment(manifest.created_at)} by argilla-distill {manifest.release}"),
        ("records", f"{manifest.records:,} ({_counted(manifest.splits)})"),
        ("answers", f"{manifest.votes:,}, by {_counted(manifest.sources) or 'nobody'}"),
        ("content digest", f"`{manifest.content_sha256}`"),
    ]
    if manifest.rounds:
        rows.append(("rounds", _counted(manifest.rounds)))
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    note = f"\n\n{manifest.note}" if manifest.note else ""
    return (
        f"# {_escaped(manifest.dataset)}, version {manifest.name}\n\n"
        "One label for each record, distilled from the answers of many annotators who disagree, with how "
        "sure it is and every answer behind it. This version never changes."
        f"{note}\n\n| | |\n| --- | --- |\n{table}"
    )


def _question(question: VersionQuestion, records: int) -> str:
    sure, alpha = question.mean_confidence, question.agreement
    lines = [
        f"## {_escaped(question.name)}",
        f"Decided by `{question.strategy}` from {question.votes:,} answers and "
        f"{question.adjudications:,} adjudications. {question.trained}".rstrip(),
        f"Left open on {question.abstained:,} records; in open conflict are "
        f"{question.open_conflicts:,}. "
        + (f"Krippendorff's alpha of the answers is {alpha:.2f}. " if alpha is not None else "")
        + (f"The mean confidence is {sure:.2f}." if sure is not None else ""),
    ]
    if question.why:
        lines.append(question.why)
    if question.labels:
        lines.append(_bars(question, records))
    return "\n\n".join(line.strip() for line in lines)


def _bars(question: VersionQuestion, records: int) -> str:
    ranked = sorted(question.labels.items(), key=lambda item: (-item[1], item[0]))
    longest = ranked[0][1]
    rows = [
        f"| {_escaped(label)} | {n:,} | {n / max(records, 1):.1%} | {'█' * round(BAR * n / longest) or '▏'} |"
        for label, n in ranked[:MAX_LABELS]
    ]
    rest = sum(n for _, n in ranked[MAX_LABELS:])
    rows += [f"| {len(ranked) - MAX_LABELS} others | {rest:,} | | |"] if rest else []
    return "\n".join(["| value | records | share | |", "| --- | ---: | ---: | --- |", *rows])


def _reading(manifest: Manifest) -> str:
    return """## Reading it

```python
from datasets import load_dataset

records = load_dataset("path/to/this/folder", "records", split="train")
votes = load_dataset("path/to/this/folder", "votes", split="votes")
```

Each question is a struct: `value`, `confidence`, `posterior`, `entropy`, `abstained`, `why`, `adjudicated`,
`fit`, `conflict`, `votes`. `votes` has what everybody said, also what does not count, and why not. The split
of a record is the same in every version: what is nearly the same is never parted."""


def _limits(manifest: Manifest) -> str:
    lines = [
        "## Known limits",
        "- Annotators are named only if the dataset's settings say so"
        + (" (here they are)." if manifest.named else " (here they are not)."),
        *(f"- {sentence}" for sentence in manifest.unknown),
    ]
    return "\n".join([lines[0], "", *lines[1:]])


def _counted(counts: object) -> str:
    assert isinstance(counts, dict)
    return ", ".join(f"{_escaped(str(name))} {n:,}" for name, n in counts.items())


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def _escaped(text: str) -> str:
    """What people named, as text: it makes no table and no markup."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|" else c for c in text).replace("\n", " ")
