"""The engine: it thinks, and does nothing else.

Numbers in, decisions out: no network, no Redis, no files, no clock and no randomness of its own.

- ``votes``: the standing votes of one label question; ``vote_columns``: how a fit takes them in;
  ``vote_matrix``: the same as a sparse matrix
- ``strategy``: the contract that everything that decides keeps
- ``label_model``: what all strategies for label questions share; ``judgement``: what annotators are
  judged by
- ``label_decision``: how its posterior becomes a decision
- ``majority``, ``dawid_skene``, ``learned``: the built-in strategies for label questions
- ``additive_model``, fitted by ``em_model``: what the latter two stand on; ``pooled_model``: what
  ``learned`` makes of votes alone, with ``pool`` and ``dependence``; ``worth_model``: votes that are
  not worth the same, with ``correlation`` and ``sureness``
- ``teaching`` (of a ``lesson``), ``content``: what adjudications and texts add to it
- ``standing``: the standing facts of questions of any other type
- ``choice``, ``value_model``: what strategies share that choose among candidate values
- ``rating``, ``median_rating``: ratings; ``raters``, ``scale``, ``continuum``, ``bend`` stand under them
- ``text``, ``text_model``, ``text_alignment``, ``text_training``: texts; ``edit_distance``, ``alignment``
- ``composite``: values of several parts, with ``parts`` and ``elements``, and ``taught`` by
  adjudications; ``multi_label``, ``span``, ``ranking`` (with ``order``)
- ``custom``: the base of a team's own strategy
- ``reliability``, ``shares``: the little mathematics that they have in common
- ``registry``: the strategies by name
- ``decision``: what a strategy answers, with its reasons
- ``conflicts``: votes that differ, and whether that still matters
- ``agreement``, ``kappa``: how far annotators agree beyond chance; ``difference``: of two values
- ``snapshot``: a model as bytes, never pickle
- ``errors``: what can go wrong
"""
