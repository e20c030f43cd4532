"""The engine: it thinks, and does nothing else.

Numbers in, decisions out: no network, no Redis, no files, no clock and no randomness of its own.

- ``votes``: the standing votes of one question, as one sparse matrix
- ``strategy``: the contract that everything that decides keeps
- ``label_model``: what all strategies for label questions share
- ``majority``, ``dawid_skene``: the built-in strategies
- ``reliability``, ``shares``: the little mathematics that they have in common
- ``registry``: the strategies by name
- ``decision``: what a strategy answers, with its reasons
- ``conflicts``: votes that differ, and whether that still matters
- ``snapshot``: a model as bytes, never pickle
- ``errors``: what can go wrong
"""
