"""What `domain.explanation.explain` is made of.

- ``case``: one decision with what is to be known of it; ``balance``: what it hangs on; ``parts``:
  where a decision of several parts is least certain
- ``sides``, ``arguing`` (with ``evidence``), ``track_record``, ``tipping``, ``outcome``: a sentence each
- ``phrases``: words for lists, numbers, how often, how sure
"""
