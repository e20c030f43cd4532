"""The small chatbot of the loop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo.loop.chatbot import Chatbot, Pick, passed
from demo.loop.crew import said
from demo.loop.dialogues import FAMILIAR, NEW, Reply, dialogues

SEED = 7


def rows(replies: list[list[Reply]]) -> list[str]:
    return [
        json.dumps({"text": f"{r.prompt}\n{r.text}", "label": said(r.helps), "weight": 1.0})
        for each in replies
        for r in each
    ]


def picks(bot: Chatbot, replies: list[list[Reply]]) -> list[Pick]:
    return [bot.pick(each) for each in replies]


def test_it_learns_what_helps_and_is_worse_at_what_it_has_never_seen(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(rows(dialogues(SEED, "first", 100, FAMILIAR))))
    bot = Chatbot.trained("bot", path)
    familiar = passed(picks(bot, dialogues(SEED, "later", 100, FAMILIAR)))
    new = passed(picks(bot, dialogues(SEED, "later", 100, NEW)))
    assert familiar > 0.9
    assert new < familiar - 0.1
    assert bot.trained_on == 400


def test_the_same_labels_make_the_same_chatbot() -> None:
    told, asked = rows(dialogues(SEED, "first", 40, FAMILIAR)), dialogues(SEED, "x", 20, NEW)
    assert picks(Chatbot("a", told), asked) == picks(Chatbot("b", told), asked)


def test_a_pick_is_a_line_for_the_start_of_a_round() -> None:
    (replies,) = dialogues(SEED, "first", 1, FAMILIAR)
    told = json.loads(Pick(replies[0], 0.75).line())
    assert told == {
        "fields": {"prompt": replies[0].prompt, "reply": replies[0].text},
        "external_id": "first-1-1",
        "score": 0.75,
    }


def test_labels_of_one_kind_teach_nothing_and_that_is_said() -> None:
    row = json.dumps({"text": "a", "label": "yes", "weight": 1.0})
    with pytest.raises(RuntimeError, match=r"bot: 2 rows"):
        Chatbot("bot", [row, row])
