"""Decisions on other questions than those for one label, and what is said of them."""

from __future__ import annotations

from argilla_distill.domain.wording import text
from tests.domain.explained import Case, decision

CASES = (
    Case(
        "seven texts",
        decision(
            "a b c",
            "d e",
            [
                (0, 0.6, 1.0),
                (1, 0.65, -0.1),
                (2, 0.7, -0.1),
                (3, 0.75, -0.1),
                (4, 0.8, -0.1),
                (5, 0.85, -0.1),
                (6, 0.9, -0.1),
            ],
            c=0.4,
        ),
        {
            "a b c": [0],
            "text 1": [1],
            "text 2": [2],
            "text 3": [3],
            "text 4": [4],
            "text 5": [5],
            "text 6": [6],
        },
        "ann says “a b c”; ben says “text 1”; cas says “text 2”; dan says “text 3”; eve says "
        "“text 4”; two more answers differ. Going by all answers and reviews so far, the others "
        "(78% on average) tend to be right more often than ann (60%). The answer of ann tipped "
        "it: without it, “a b c” would not lead. That it is “a b c” is little more than a guess "
        "(40%); one more answer for “d e”, as weighty as those here, would turn it.",
        kind="text",
    ),
    Case(
        "several labels",
        decision(
            ["tone", "facts"],
            ["facts"],
            [(0, 0.8, 1.2), (1, 0.75, 0.6), (2, 0.7, -0.9)],
            prior=-0.4,
            c=0.81,
        ),
        {"tone + facts": [0, 1], "facts": [2]},
        "ann and ben say “tone + facts”; cas alone says “facts”. Going by all answers and reviews"
        " so far, ann (80%) and ben (75%) tend to be right more often than cas (70%). Least "
        "certain is that “tone” belongs to it; the answers of ann and ben tipped it together: "
        "without either of them, it would not stand. We are fairly sure of “tone + facts” (81% on"
        " average over its parts); one more answer to the contrary, as weighty as those here, "
        "would turn that part.",
        kind="multi_label_selection",
    ),
    Case(
        "several labels as nobody chose them",
        decision(
            ["tone"],
            ["tone", "facts"],
            [(0, 0.8, 2.2), (1, 0.75, -0.6), (2, 0.7, 0.9)],
            prior=0.4,
            c=0.9,
        ),
        {"tone + facts": [1], "none": [0], "tone + style": [2]},
        "ben says “tone + facts”; ann says “none”; cas says “tone + style”. Going by all answers "
        "and reviews so far, the sides tend to be right about equally often: ann (80%), ben (75%)"
        " and cas (70%). Least certain is that “facts” does not belong to it; no voice tipped it "
        "alone: the answer of ann weighs most, and even without it it would stand. We are fairly "
        "sure of “tone” (90% on average over its parts); about five more answers to the contrary,"
        " as weighty as those here, would turn that part.",
        kind="multi_label_selection",
    ),
    Case(
        "a rating between",
        decision(4, 3, [(0, 0.8, 1.5), (1, 0.6, 0.3), (2, 0.7, -0.9)], c=0.55),
        {"5": [0, 1], "2": [2]},
        "ann and ben say 5; cas alone says 2. Going by all answers and reviews so far, the sides "
        "tend to be right about equally often on average: ann (80%), cas (70%) and ben (60%). The"
        " answer of ann tipped it: without it, 4 would not lead. That it is 4 is little more than"
        " a guess (55%); one more answer for 3, as weighty as those here, would turn it.",
        kind="rating",
    ),
    Case(
        "rankings",
        decision(
            [{"value": "a", "rank": 1}, {"value": "b", "rank": 2}, {"value": "c", "rank": 3}],
            [{"value": "b", "rank": 1}, {"value": "a", "rank": 2}, {"value": "c", "rank": 3}],
            [(0, 0.8, 1.5), (1, 0.6, -0.7)],
            c=0.8,
        ),
        {"1. a, 2. b, 3. c": [0], "1. c, 2. b, 3. a": [1]},
        "ann says “1. a, 2. b, 3. c”; ben says “1. c, 2. b, 3. a”. Going by all answers and "
        "reviews so far, ann (80%) tends to be right more often than ben (60%). Least certain is "
        "that “a” comes before “b”; the answer of ann tipped it: without it, it would not stand. "
        "We are fairly sure of “1. a, 2. b, 3. c” (80% on average over its parts); one more "
        "answer to the contrary, as weighty as those here, would turn that part.",
        kind="ranking",
    ),
    Case(
        "spans",
        decision(
            [{"label": "name", "start": 0, "end": 3}], [], [(0, 0.8, 1.5), (1, 0.6, -0.9)], c=0.65
        ),
        {"name “Ada”": [0], "none": [1]},
        "ann says name “Ada”; ben says “none”. Going by all answers and reviews so far, ann (80%)"
        " tends to be right more often than ben (60%). Least certain is that name “Ada” belongs "
        "to it; the answer of ann tipped it: without it, it would not stand. We are not very sure"
        " of name “Ada” (65% on average over its parts); one more answer to the contrary, as "
        "weighty as those here, would turn that part.",
        kind="span",
        words=lambda value: text(value, "Ada left."),
    ),
    Case(
        "a single text",
        decision("some text", None, [(0, 0.8, 0.0)], c=0.8),
        {"some text": [0]},
        "ann says “some text”. Going by all answers and reviews so far, ann (80%) is usually "
        "right. We are fairly sure of “some text” (80%); an answer that says something else, or a"
        " reviewer, may change it.",
        kind="text",
    ),
    Case(
        "a rating in the middle",
        decision(3, 4, [(0, 0.8, -0.5), (1, 0.8, 0.45)], c=0.4),
        {"2": [1], "5": [0]},
        "ben says 2; ann says 5. Going by all answers and reviews so far, the sides tend to be "
        "right about equally often: ann (80%) and ben (80%). It is a close call between 3 and 4. "
        "That it is 3 is little more than a guess (40%); one more answer may change it.",
        kind="rating",
    ),
)
