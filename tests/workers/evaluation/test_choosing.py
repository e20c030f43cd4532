"""What is looked at first: where a small model disagrees, where the model doubts, what is new."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.evaluation.choosing import Candidate, Chooser, Labelled


def labelled(told: bool) -> Labelled:
    """200 texts about two things; what they are about tells the label, or does not."""
    rng = np.random.default_rng(0)
    about = rng.integers(0, 2, 200)
    label = about if told else rng.integers(0, 2, 200)
    texts = [f"{('parcel late', 'refund paid')[k]} number{n}" for n, k in enumerate(about.tolist())]
    return Labelled(texts, [str(n) for n in range(200)], ("bad", "good"), np.eye(2)[label])


def test_where_the_small_model_disagrees_weighs_more_and_it_foretells_what_passes() -> None:
    chooser = Chooser.taught_by(labelled(told=True), ("good",), "learned-3")
    looked = chooser.look(
        [Candidate("parcel late today", "bad"), Candidate("parcel late today", "good")]
    )
    assert looked.weights[1] > looked.weights[0] + 0.5
    assert looked.foretold == ["bad", "bad"]
    assert (looked.passes < 0.3).all()
    assert chooser.why("learned-3", True, False) == (
        "Chosen where a small model taught by learned-3 disagrees with the prediction, far from the "
        "texts of learned-3."
    )


def test_where_nothing_is_predicted_what_the_small_model_is_unsure_of_weighs_more() -> None:
    chooser = Chooser.taught_by(labelled(told=True), (), "learned-3")
    looked = chooser.look([Candidate("parcel late refund paid"), Candidate("parcel late")])
    assert looked.weights[0] > looked.weights[1]
    assert np.isnan(looked.passes).all()


def test_where_texts_tell_nothing_it_says_so_and_keeps_to_doubt_and_distance() -> None:
    chooser = Chooser.taught_by(labelled(told=False), (), "learned-3")
    looked = chooser.look(
        [
            Candidate("parcel late", "good", 0.95),
            Candidate("parcel late", "good", 0.5),
            Candidate("something else entirely", "good", 0.95),
        ]
    )
    assert looked.weights[0] < looked.weights[1]
    assert looked.weights[0] < looked.weights[2]
    assert looked.foretold == ["", "", ""]
    assert looked.passes.tolist() == [0.95, 0.5, 0.95]  # the model's own word
    assert "tell a small model, taught by learned-3, nothing" in chooser.why(
        "learned-3", True, True
    )


def test_a_version_of_few_records_does_not_say_that_texts_tell_nothing() -> None:
    """It said so of a dozen records, from which nobody can know that."""
    few = labelled(told=True)
    few = Labelled(few.texts[:12], few.groups[:12], few.labels, few.targets[:12])
    chooser = Chooser.taught_by(few, (), "learned-3")
    assert chooser.model is None
    assert "learned-3 has 12 labels, too few to teach a small model" in chooser.why(
        "learned-3", True, True
    )


def test_without_a_version_the_models_own_doubt_is_all_there_is() -> None:
    chooser = Chooser.taught_by(None, (), "")
    looked = chooser.look([Candidate("a", "", 0.9), Candidate("b", "", 0.4), Candidate("c")])
    assert looked.weights[1] > looked.weights[0] > looked.weights[2]
    assert chooser.why("", False, False) == (
        "Chosen at random, as nothing is known of them (no version is there yet)."
    )
    assert len(chooser.look([]).weights) == 0
