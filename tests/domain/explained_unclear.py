"""Label questions with ties, abstentions, reviews, newcomers and the like, and what is said of them."""

from __future__ import annotations

from argilla_distill.domain.explanation.explain import Review
from argilla_distill.domain.state.conflict import PastConflict
from tests.domain.explained import Case, decision

CASES = (
    Case(
        "a conflict among reviewers",
        decision("no", "yes", [(0, 0.8, -1.2), (-2, 0.999, 9.0)], c=0.999),
        {"yes": [1], "no": [2]},
        "cas decided “no”; ben decided “yes”. The reviewers disagree. “no” counts until they "
        "agree; only the reviewers can settle it.",
    ),
    Case(
        "a tie",
        decision(
            None,
            None,
            [(0, 0.8, 1.2), (1, 0.8, -1.2)],
            c=0.5,
            p={"yes": 0.5, "no": 0.5},
            abstain="tie between yes and no",
        ),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. Going by all answers and reviews so far, the sides tend "
        "to be right about equally often: ann (80%) and ben (80%). No side outweighs the others, "
        "so that nothing tips it. Nothing is decided: “yes” and “no” are equally probable; one "
        "more answer, or a reviewer, would decide it.",
    ),
    Case(
        "a tie of three",
        decision(
            None,
            None,
            [(0, 0.7, 1.2), (1, 0.7, -1.2), (2, 0.7, 0.0)],
            c=0.33,
            p={"a": 0.333, "b": 0.333, "c": 0.333},
            abstain="tie between a, b and c",
        ),
        {"a": [0], "b": [1], "c": [2]},
        "ann says “a”; ben says “b”; cas says “c”. Going by all answers and reviews so far, the "
        "sides tend to be right about equally often: ann (70%), ben (70%) and cas (70%). No side "
        "outweighs the others, so that nothing tips it. Nothing is decided: “a”, “b” and “c” are "
        "equally probable; one more answer, or a reviewer, would decide it.",
    ),
    Case(
        "not probable enough for its question",
        decision(
            "yes",
            "no",
            [(0, 0.7, 0.9), (1, 0.6, -0.4)],
            c=0.62,
            v=None,
            abstain="confidence 0.62 is below 0.8",
        ),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. Going by all answers and reviews so far, ann (70%) tends "
        "to be right more often than ben (60%). The answer of ann tipped it: without it, “yes” "
        "would not lead. Nothing is decided: “yes” comes first (62%), but this question asks for "
        "80%; further answers for it, or a reviewer, would decide it.",
    ),
    Case(
        "a strategy of a team's own abstains",
        decision(
            "yes", "no", [(0, 0.7, 0.9), (1, 0.6, -0.4)], c=0.62, v=None, abstain="a veto stands"
        ),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. Going by all answers and reviews so far, ann (70%) tends "
        "to be right more often than ben (60%). The answer of ann tipped it: without it, “yes” "
        "would not lead. Nothing is decided: “yes” comes first (62%), but a veto stands; further "
        "answers for it, or a reviewer, would decide it.",
    ),
    Case(
        "nobody but the record's text",
        decision(
            None, None, [(-1, 0.7, 1.3)], c=0.7, p={"yes": 0.7, "no": 0.3}, abstain="no votes"
        ),
        {},
        "Nobody has answered yet; the record’s own text reads like others that are “yes”.",
    ),
    Case(
        "nobody at all",
        decision(None, None, [], c=0.5, p={"yes": 0.5, "no": 0.5}, abstain="no votes"),
        {},
        "Nobody has answered yet.",
    ),
    Case(
        "a review against everybody, with a reason",
        decision("no", "yes", [(0, 0.8, -1.2), (1, 0.8, -0.9), (-2, 0.999, 9)], c=1.0),
        {"yes": [0, 1]},
        "ann and ben both say “yes”. Going by all answers and reviews so far, ann (80%) and ben "
        "(80%) are usually right. The review by rita decided it (“the quote is wrong”); the "
        "answers alone speak for “yes”. It is all but certain that “no” is right (99%); only "
        "another review would change it.",
        reviews=[Review(who="rita", value="no", why="the quote is wrong")],
    ),
    Case(
        "a review that confirms",
        decision("yes", "no", [(0, 0.8, 1.2), (1, 0.8, -0.9), (-2, 0.999, 7)], c=1.0),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. Going by all answers and reviews so far, the sides tend "
        "to be right about equally often: ann (80%) and ben (80%). The review by rita decided it;"
        " the answers alone speak for “yes”. It is all but certain that “yes” is right (99%); "
        "only another review would change it.",
        reviews=[Review(who="rita", value="yes", why="")],
    ),
    Case(
        "a review by nobody in particular",
        decision("yes", "no", [(0, 0.8, 1.2), (1, 0.8, -1.2), (-2, 0.999, 7)], c=1.0),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. Going by all answers and reviews so far, the sides tend "
        "to be right about equally often: ann (80%) and ben (80%). A reviewer decided it; the "
        "answers alone leave it open. It is all but certain that “yes” is right (99%); only "
        "another review would change it.",
    ),
    Case(
        "two reviewers disagree",
        decision("no", "yes", [(0, 0.8, -1.2), (-2, 0.999, 9)], c=1.0),
        {"yes": [0]},
        "ann says “yes”. Going by all answers and reviews so far, ann (80%) is usually right. The"
        " reviewers disagree: rita says “yes”; sam says “no” (“it is sarcasm”). “no” counts until"
        " they agree; only the reviewers can settle it.",
        reviews=[
            Review(who="rita", value="yes", why=""),
            Review(who="sam", value="no", why="it is sarcasm"),
        ],
    ),
    Case(
        "only newcomers",
        decision("yes", "no", [(0, 0.7, 0.9), (1, 0.7, -0.7)], c=0.55),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. How often ann and ben tend to be right is not known yet: "
        "there are too few answers. The answer of ann tipped it: without it, “yes” would not "
        "lead. That it is “yes” is little more than a guess (55%); one more answer for “no”, as "
        "weighty as those here, would turn it.",
        answers={0: 3, 1: 2},
    ),
    Case(
        "one newcomer",
        decision("yes", "no", [(0, 0.9, 1.9), (1, 0.7, -0.7)], c=0.77),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. Going by all answers and reviews so far, ann (90% in 50 "
        "answers) is usually right; of ben there are too few answers to tell. The answer of ann "
        "tipped it: without it, “yes” would not lead. We are not very sure of “yes” (77%); one "
        "more answer for “no”, as weighty as those here, would turn it.",
        answers={0: 50, 1: 2},
    ),
    Case(
        "right as often as not",
        decision("yes", "no", [(0, 0.52, 0.1), (1, 0.5, -0.07)], prior=0.3, c=0.58),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. Going by all answers and reviews so far, the sides tend "
        "to be right about as often as not: ann (52%) and ben (50%). No voice tipped it alone: "
        "the answer of ann weighs most, and even without it “yes” would lead. That it is “yes” is"
        " little more than a guess (58%); about four more answers for “no”, as weighty as those "
        "here, would turn it.",
    ),
    Case(
        "agreed by now",
        decision("yes", "no", [(0, 0.8, 1.2), (1, 0.9, 1.9)], prior=0.1, c=0.96),
        {"yes": [0, 1]},
        "ann and ben both say “yes”; an earlier conflict here was settled as “no”. Going by all "
        "answers and reviews so far, ben (90%) and ann (80%) are usually right. No voice tipped "
        "it alone: the answer of ben weighs most, and even without it “yes” would lead. We are "
        "very sure of “yes” (96%); about three more answers for “no”, as weighty as those here, "
        "would turn it.",
        before=[PastConflict(0, 1, "no")],
    ),
    Case(
        "nobody moves it",
        decision("yes", "no", [(0, 0.5, 0.02), (1, 0.5, -0.01)], prior=0.5, c=0.62),
        {"yes": [0], "no": [1]},
        "ann says “yes”; ben says “no”. Going by all answers and reviews so far, the sides tend "
        "to be right about as often as not: ann (50%) and ben (50%). No answer moved it much: it "
        "is what is usual. We are not very sure of “yes” (62%); only a reviewer would change it.",
    ),
    Case(
        "markup is left to whoever shows it",
        decision("<b>*x*</b>", "[a](b)", [(0, 0.8, 1.2), (1, 0.7, -0.7)], c=0.62),
        {"<b>*x*</b>": [0], "[a](b)": [1]},
        "ann says “<b>*x*</b>”; ben says “[a](b)”. Going by all answers and reviews so far, ann "
        "(80%) tends to be right more often than ben (70%). The answer of ann tipped it: without "
        "it, “<b>*x*</b>” would not lead. We are not very sure of “<b>*x*</b>” (62%); one more "
        "answer for “[a](b)”, as weighty as those here, would turn it.",
    ),
)
