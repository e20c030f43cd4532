"""The made-up prompts and replies of the loop."""

from __future__ import annotations

from collections import Counter

from demo.loop.dialogues import CANDIDATES, FAMILIAR, NEW, REPLIES, RUDE, dialogues, some

SEED = 7


def test_the_same_seed_makes_the_same_and_another_seed_something_else() -> None:
    once = dialogues(SEED, "first", 20, FAMILIAR)
    assert once == dialogues(SEED, "first", 20, FAMILIAR)
    assert once != dialogues(SEED + 1, "first", 20, FAMILIAR)


def test_each_prompt_has_a_reply_that_helps_and_ids_are_unique() -> None:
    found = dialogues(SEED, "first", 50, FAMILIAR + NEW)
    assert all(len(replies) == CANDIDATES for replies in found)
    assert all(any(reply.helps for reply in replies) for replies in found)
    assert all(len({reply.prompt for reply in replies}) == 1 for replies in found)
    assert set(Counter(reply.id for replies in found for reply in replies).values()) == {1}


def test_no_rude_made_up_or_vague_reply_helps_and_warmth_alone_does_not() -> None:
    found = [reply for replies in dialogues(SEED, "a", 200, FAMILIAR + NEW) for reply in replies]
    right = [words for topic in FAMILIAR + NEW for words in topic.right]
    for reply in found:
        is_right = any(words in reply.text for words in right)
        assert reply.helps == (is_right and not reply.text.startswith(RUDE))
    assert any(reply.warm and not reply.helps for reply in found)
    assert any(reply.helps and not reply.warm for reply in found)


def test_some_replies_of_each_prompt_are_drawn() -> None:
    found = dialogues(SEED, "first", 30, FAMILIAR)
    drawn = list(some(SEED, found))
    assert drawn == list(some(SEED, found))
    assert set(Counter(reply.prompt for reply in drawn).values()) == {REPLIES}
