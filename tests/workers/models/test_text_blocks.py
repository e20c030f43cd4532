"""Blocks of texts in the store: those of a series, and only those."""

from __future__ import annotations

from argilla_distill.plugin.store import Store
from argilla_distill.workers.models.kept_texts import KeptTexts

D = "d"


def written(store: Store, texts: KeptTexts) -> None:
    pipe = store.redis.pipeline()
    texts.write(pipe)
    pipe.execute()
    texts.written()


def test_blocks_are_read_the_newest_first_also_by_another_process(store: Store) -> None:
    texts = KeptTexts(store, D, "helpful")
    texts.add(b"one")
    assert list(texts) == [b"one"]
    written(store, texts)
    texts.add(b"two")
    assert (list(texts), texts.n, len(texts)) == ([b"two", b"one"], 1, 2)
    written(store, texts)
    again = KeptTexts(store, D, "helpful", texts.series, texts.n)
    assert list(again) == [b"two", b"one"]
    assert again.complete()


def test_what_was_not_committed_is_overwritten_and_never_missed(store: Store) -> None:
    texts = KeptTexts(store, D, "helpful")
    texts.add(b"one")
    texts.write(store.redis.pipeline())  # never executed: the process died, or lost its lease
    again = KeptTexts(store, D, "helpful", texts.series, 0)
    again.add(b"other")
    written(store, again)
    assert list(KeptTexts(store, D, "helpful", texts.series, 1)) == [b"other"]


def test_a_model_that_is_folded_anew_takes_the_place_of_the_former_one(store: Store) -> None:
    former, other = KeptTexts(store, D, "helpful"), KeptTexts(store, D, "help")
    for texts in (former, other):
        texts.add(b"former")
        written(store, texts)
    anew = KeptTexts(store, D, "helpful")
    anew.add(b"anew")
    written(store, anew)
    assert list(anew) == [b"anew"]
    assert list(KeptTexts(store, D, "helpful", former.series, 1)) == []
    assert not KeptTexts(store, D, "helpful", former.series, 1).complete()
    assert other.complete()
