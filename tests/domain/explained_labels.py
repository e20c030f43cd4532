"""Decisions on label questions that are clear, and what is said of them."""

from __future__ import annotations

from tests.domain.explained import Case, decision

CASES = (
    Case(
        "one reliable voice against two",
        decision("yes", "no", [(0, 0.95, 2.9), (1, 0.6, -0.4), (2, 0.7, -0.8)], prior=0.1, c=0.86),
        {"yes": [0], "no": [1, 2]},
        "ann alone says “yes”; ben and cas say “no”. Going by all answers and reviews so far, ann"
        " (95% in 120 answers) tends to be right more often than cas (70% in 64 answers) and ben "
        "(60% in 80 answers). The answer of ann tipped it: without it, “yes” would not lead. We "
        "are fairly sure of “yes” (86%); about three more answers for “no”, as weighty as those "
        "here, would turn it.",
        answers={0: 120, 1: 80, 2: 64},
    ),
    Case(
        "two against one, all alike",
        decision("yes", "no", [(0, 0.8, 1.2), (1, 0.8, 1.2), (2, 0.8, -1.2)], c=0.77),
        {"yes": [0, 1], "no": [2]},
        "ann and ben say “yes”; cas alone says “no”. Going by all answers and reviews so far, the"
        " sides tend to be right about equally often: ann (80%), ben (80%) and cas (80%). The "
        "answers of ann and ben tipped it together: without either of them, “yes” would not lead."
        " We are not very sure of “yes” (77%); about two more answers for “no”, as weighty as "
        "those here, would turn it.",
    ),
    Case(
        "one against one, and the usual value leads",
        decision("yes", "no", [(0, 0.8, 1.2), (1, 0.8, -1.2)], prior=0.6, c=0.65),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. Going by all answers and reviews so far, the sides tend "
        "to be right about equally often: ann (80%) and ben (80%). The answer of ann and how "
        "usual “yes” is tipped it together: without either of them, “yes” would not lead. We are "
        "not very sure of “yes” (65%); one more answer for “no”, as weighty as those here, would "
        "turn it.",
    ),
    Case(
        "one voice against all",
        decision(
            "yes",
            "no",
            [(0, 0.8, 1.2), (1, 0.7, 0.8), (2, 0.75, 0.9), (3, 0.8, 1.1), (4, 0.55, -0.2)],
            c=0.98,
        ),
        {"yes": [0, 1, 2, 3], "no": [4]},
        "ann, ben, cas and dan say “yes”; eve alone says “no”. Going by all answers and reviews "
        "so far, ann (80%), dan (80%), cas (75%) and ben (70%) tend to be right more often than "
        "eve (55%). No voice tipped it alone: the answer of ann weighs most, and even without it "
        "“yes” would lead. We are very sure of “yes” (98%); about five more answers for “no”, as "
        "weighty as those here, would turn it.",
    ),
    Case(
        "models against people",
        decision(
            "yes", "no", [(0, 0.9, 1.9), (1, 0.85, 1.5), (10, 0.8, -1.2), (11, 0.7, -0.6)], c=0.83
        ),
        {"yes": [0, 1], "no": [10, 11]},
        "ann and ben say “yes”; gpt and llama (models) say “no”. Going by all answers and reviews"
        " so far, ann (90%) and ben (85%) tend to be right more often than gpt (80%) and llama "
        "(70%). The answer of ann tipped it: without it, “yes” would not lead. We are fairly sure"
        " of “yes” (83%); about two more answers for “no”, as weighty as those here, would turn "
        "it.",
        sources={10: "model", 11: "model"},
    ),
    Case(
        "a person and a model against a person",
        decision("yes", "no", [(0, 0.9, 1.9), (10, 0.8, 1.2), (1, 0.5, 0.02)], c=0.96),
        {"yes": [0, 10], "no": [1]},
        "ann and gpt (a model) say “yes”; ben alone says “no”. Going by all answers and reviews "
        "so far, ann (90%) and gpt (80%) tend to be right more often than ben (50%). No voice "
        "tipped it alone: the answer of ann weighs most, and even without it “yes” would lead. We"
        " are very sure of “yes” (96%); about three more answers for “no”, as weighty as those "
        "here, would turn it.",
        sources={10: "model"},
    ),
    Case(
        "three sides",
        decision("tone", "facts", [(0, 0.8, 1.5), (1, 0.7, -0.9), (2, 0.6, 0.1)], prior=0.2, c=0.6),
        {"tone": [0], "facts": [1], "none": [2]},
        "ann says “tone”; ben says “facts”; cas says “none”. Going by all answers and reviews so "
        "far, ann (80%) tends to be right more often than ben (70%) and cas (60%). The answer of "
        "ann tipped it: without it, “tone” would not lead. We are not very sure of “tone” (60%); "
        "one more answer for “facts”, as weighty as those here, would turn it.",
    ),
    Case(
        "the text tips it",
        decision("yes", "no", [(-1, 0.8, 1.1), (0, 0.8, 1.2), (1, 0.8, -1.2)], c=0.75),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. Going by all answers and reviews so far, the sides tend "
        "to be right about equally often: ann (80%) and ben (80%). The answer of ann and the "
        "record’s own text tipped it together: without either of them, “yes” would not lead. We "
        "are not very sure of “yes” (75%); one more answer for “no”, as weighty as those here, "
        "would turn it.",
    ),
    Case(
        "the text and one against a better one",
        decision("yes", "no", [(-1, 0.8, 0.8), (0, 0.8, 1.2), (1, 0.9, -1.5)], c=0.62),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. Going by all answers and reviews so far, ben (90%) tends "
        "to be right more often than ann (80%). The answer of ann and the record’s own text "
        "tipped it together: without either of them, “yes” would not lead. We are not very sure "
        "of “yes” (62%); one more answer for “no”, as weighty as those here, would turn it.",
    ),
    Case(
        "somebody whose word stands for the opposite",
        decision("yes", "no", [(0, 0.8, 1.2), (3, 0.15, 1.4), (1, 0.85, -1.5)], c=0.75),
        {"yes": [0], "no": [1, 3]},
        "ann alone says “yes”; ben and dan say “no”. Going by all answers and reviews so far, on "
        "the whole ann (80%) tends to be right more often than ben (85%) and dan (15%). The "
        "answer of ann and the “no” of dan (which often goes with “yes”) tipped it together: "
        "without either of them, “yes” would not lead. We are not very sure of “yes” (75%); one "
        "more answer for “no”, as weighty as those here, would turn it.",
    ),
    Case(
        "majority",
        decision("yes", "no", [(0, 0.8, 0.8), (1, 0.8, 0.8), (2, 0.8, -1.1)], c=0.62, s="majority"),
        {"yes": [0, 1], "no": [2]},
        "ann and ben say “yes”; cas alone says “no”. Every answer counts the same here, whoever "
        "gave it. By count it is two against one. We are not very sure of “yes” (62%); two more "
        "answers for “no” would turn it.",
    ),
    Case(
        "majority of eight",
        decision(
            "yes",
            "no",
            [
                (0, 0.8, 0.48),
                (1, 0.8, 0.48),
                (2, 0.8, 0.48),
                (3, 0.8, 0.48),
                (4, 0.8, 0.48),
                (5, 0.8, -0.65),
                (6, 0.8, -0.65),
                (7, 0.8, -0.65),
            ],
            c=0.61,
            s="majority",
        ),
        {"yes": [0, 1, 2, 3, 4], "no": [5, 6, 7]},
        "ann, ben, cas, dan and eve say “yes”; fay, gil and hal say “no”. Every answer counts the"
        " same here, whoever gave it. By count it is five against three. We are not very sure of "
        "“yes” (61%); three more answers for “no” would turn it.",
    ),
    Case(
        "a crowd on either side",
        decision(
            "yes",
            "no",
            [
                (0, 0.8, 0.9),
                (1, 0.79, 0.9),
                (2, 0.78, 0.9),
                (3, 0.77, 0.9),
                (4, 0.76, 0.9),
                (5, 0.75, 0.9),
                (6, 0.7, -0.8),
                (7, 0.69, -0.8),
                (8, 0.6799999999999999, -0.8),
                (9, 0.6699999999999999, -0.8),
            ],
            c=0.9,
        ),
        {"yes": [0, 1, 2, 3, 4, 5], "no": [6, 7, 8, 9]},
        "ann, ben, cas, dan and 2 others say “yes”; gil, hal, ida and jim say “no”. Going by all "
        "answers and reviews so far, those who say “yes” (78% on average) tend to be right more "
        "often than those who say “no” (68% on average). No voice tipped it alone: the answer of "
        "ann weighs most, and even without it “yes” would lead. We are fairly sure of “yes” "
        "(90%); about three more answers for “no”, as weighty as those here, would turn it.",
    ),
    Case(
        "the better one loses",
        decision("yes", "no", [(0, 0.6, 0.5), (1, 0.65, 0.7), (2, 0.9, -2.0)], prior=1.2, c=0.59),
        {"yes": [0, 1], "no": [2]},
        "ann and ben say “yes”; cas alone says “no”. Going by all answers and reviews so far, cas"
        " (90%) tends to be right more often than ben (65%) and ann (60%). The answers of ben and"
        " ann and how usual “yes” is tipped it together: without any one of them, “yes” would not"
        " lead. That it is “yes” is little more than a guess (59%); one more answer for “no”, as "
        "weighty as those here, would turn it.",
    ),
    Case(
        "nearly all",
        decision(
            "yes",
            "no",
            [
                (0, 0.8, 1.2),
                (1, 0.9, 1.9),
                (2, 0.8, 1.4),
                (3, 0.8, 1.4),
                (4, 0.8, 1.4),
                (5, 0.9, 2),
                (6, 0.55, -0.2),
            ],
            prior=0.1,
            c=1.0,
        ),
        {"yes": [0, 1, 2, 3, 4, 5], "no": [6]},
        "ann, ben, cas, dan and 2 others say “yes”; gil alone says “no”. Going by all answers and"
        " reviews so far, those who say “yes” (83% on average) tend to be right more often than "
        "gil (55%). No voice tipped it alone: the answer of fay weighs most, and even without it "
        "“yes” would lead. It is all but certain that “yes” is right (99%); it would take more "
        "than five further answers for “no” to turn it: in practice, only a reviewer will.",
    ),
)
