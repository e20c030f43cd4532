"""The only room that knows Redis. One file per kind of state; `Store` holds them together.

| file | what is in it |
| --- | --- |
| `store` | all of it on one connection |
| `connection` | how Redis is reached, and what its library raises, by our names |
| `keys` | the name of every Redis key |
| `packing` | JSON objects as bytes |
| `trouble` | why Redis does not do what we ask, and what to do about it |
| `shapes` | how everything is written down: the only room with keys of one letter |
| `histories` | everything that was ever said and decided |
| `datasets` | what is known now of each dataset |
| `models` | what the models of its questions have learned, and whose strategies failed |
| `reports`, `reviews` | what was counted last; the review datasets |
| `tracing` | which segments of a version are suspect, and what people were asked about them |
| `versions` | versions as far as Redis knows them, and what changed between them |
| `rounds` | rounds, and the outputs that were taken into them |
| `redis_memory` | what datasets take of its memory |
| `service` | what belongs to the whole service |
| `work` | what is still to be done, and who does it |
| `visits` | who is signed in, and who failed to |
"""

from argilla_distill.plugin.store.connection import StoreError, StoreRefused
from argilla_distill.plugin.store.store import Store, connect

__all__ = ["Store", "StoreError", "StoreRefused", "connect"]
