"""The newcomers' examples as a section of a dataset's guidelines: markdown between two markers.

Pure. The markers are HTML comments, which Argilla's markdown does not show. Whatever is before and
after them is other people's, and is returned letter by letter. Reading and writing guidelines is
`workers.use_cases.reports.guidelines`; which examples there are is `domain.report`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from argilla_distill.domain.report import Example
from argilla_distill.workers.writing.conflict_note import escape

START = "<!-- argilla-distill:examples -->"
END = "<!-- /argilla-distill:examples -->"

BREAK = "\n\n"
"""Between what people wrote and our section behind it."""

MAX_CHARACTERS = 10_000
"""Argilla's bound on guidelines, in Unicode characters."""

MAX_OURS = 4_000
"""Of these, our section takes no more, so that people can go on writing."""

BULLET = "\n- “"
"""Begins an example. Nothing that people wrote has a line break in it."""

MAX_TEXT = 200
MAX_REASON = 300
"""Texts are cut to so many characters, reasons to so many: behind a whole sentence, if there is one."""

HEAD = """## Examples

*Chosen by argilla-distill among the records of this dataset and kept current. \
Write before or after this section: what is written inside it will be replaced.*"""

KINDS = {"telling": "a clear case", "close": "a close call, settled by a reviewer"}

Examples = Mapping[str, Sequence[Example]]
"""Question → its examples, the best first."""


class BrokenMarkers(ValueError):
    """Where our section begins and ends is unclear. The text says what is wrong."""


@dataclass(frozen=True)
class Guidelines:
    """Guidelines taken apart: `section` is ours with its markers, None where there is none.

    >>> Guidelines.of("Be kind.").section is None
    True
    """

    before: str
    section: str | None
    after: str

    @classmethod
    def of(cls, text: str) -> Guidelines:
        """Take guidelines apart.

        Raises
        ------
        BrokenMarkers : one marker without the other, one twice, or the last before the first.
        """
        starts, ends = text.count(START), text.count(END)
        if not starts and not ends:
            return cls(text, None, "")
        for marker, count in ((START, starts), (END, ends)):
            if count != 1:
                how = "is missing" if not count else f"appears {count} times"
                raise BrokenMarkers(f"the line {marker} {how}")
        if text.index(END) < text.index(START):
            raise BrokenMarkers(f"the line {END} comes before {START}")
        before, _, rest = text.partition(START)
        section, _, after = rest.partition(END)
        return cls(before, f"{START}{section}{END}", after)

    def with_section(self, section: str) -> str:
        """The guidelines with this section in the place of ours, else behind all the rest."""
        if self.section is None and self.before:
            return f"{self.before}{BREAK}{section}{self.after}"
        return f"{self.before}{section}{self.after}"

    def without_section(self) -> str:
        """The guidelines as they would be if we had never written."""
        if self.section is not None and not self.after:
            return self.before.removesuffix(BREAK)
        return self.before + self.after

    @property
    def shown(self) -> int:
        """How many examples our section has."""
        return (self.section or "").count(BULLET)

    @property
    def room(self) -> int:
        """How many characters our section may have."""
        return min(MAX_OURS, MAX_CHARACTERS - len(self.with_section("")))


def section(examples: Examples, room: int) -> str | None:
    """As many examples as fit, the best of each value first; None where not even one does.

    Parameters
    ----------
    room : how many characters the section may have, markers included.
    """
    chosen: list[tuple[str, Example]] = []
    best = None
    for example in _in_turn(examples):
        written = _written(examples, [*chosen, example])
        if len(written) <= room:
            chosen.append(example)
            best = written
    return best


def _in_turn(examples: Examples) -> list[tuple[str, Example]]:
    """Of every question, value and kind the first example, then of each the second, and so on."""
    seen: dict[tuple[str, str, str], int] = {}
    ranked = []
    for question, found in examples.items():
        for example in found:
            group = (question, example.value, example.kind)
            seen[group] = seen.get(group, 0) + 1
            ranked.append((seen[group], question, example))
    return [(question, example) for _, question, example in sorted(ranked, key=lambda r: r[0])]


def _written(examples: Examples, chosen: Sequence[tuple[str, Example]]) -> str:
    """The section with these examples, by question and value in the order in which they are known."""
    lines = [START, "", HEAD]
    for question, found in examples.items():
        mine = [example for name, example in chosen if name == question]
        if mine:
            lines += ["", f"### {escape(question)}"]
        order = list(dict.fromkeys(example.value for example in found))
        mine.sort(key=lambda example: (order.index(example.value), example.kind != "telling"))
        for value, same in groupby(mine, key=lambda example: example.value):
            lines += ["", f"**{_cut(value)}**", "", *map(_line, same)]
    return "\n".join([*lines, "", END])


def _line(example: Example) -> str:
    why = _sentences(" ".join(example.reason.split()))
    reason = f": {_cut(why, MAX_REASON)}" if why else ""
    return f"- “{_cut(example.text)}” ({KINDS.get(example.kind, 'an example')}{reason})"


def _sentences(reason: str) -> str:
    """As many whole sentences as fit; the whole reason if not even the first does."""
    end = reason.rfind(". ", 0, MAX_REASON)
    return reason if len(reason) <= MAX_REASON or end < 0 else reason[: end + 1]


def _cut(text: str, most: int = MAX_TEXT) -> str:
    text = " ".join(text.split())
    return escape(text if len(text) <= most else f"{text[: most - 1]}…")
