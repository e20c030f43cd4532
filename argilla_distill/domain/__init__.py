"""Pure thought that the web process and the workers share: no Redis, no network, no numpy.

It stands beside `plugin` and `workers` because both need it and neither may need the other for it:
the web process never loads what the workers are made of.

| file | what is in it |
| --- | --- |
| `records` | Argilla's nouns as plain values |
| `observing` | what a look at a record adds: its ledger, answers and echoes |
| `history` | entries of the history: what was said, decided or changed |
| `state` | what is known of a dataset and kept: ledger entry, decision, conflict, … |
| `fingerprint` | near-identical texts, in 64 bits |
| `strategy_names` | what the built-in strategies are called, and how each decides |
| `disclosure` | who may know what is decided on a record |
| `report` | what is counted of a whole dataset |
| `audits` | which records are drawn at random, to be reviewed blind |
| `audited` | what they say of a question's labels |
| `stand_in` | whether a model may replace a person |
| `queue_length` | how long the review queue is |
| `intervals` | how sure a share is that was counted on few records |
| `given_json` | JSON that somebody else wrote: read, or refused in a sentence |
| `nearest` | the name that was probably meant |
| `wording` | how values, numbers and moments are written |
| `versions` | immutable distilled datasets: manifest and split |
| `rounds` | samples of a model's outputs, brought in to be annotated |
| `orders` | what somebody asks of a worker through the web process |
| `runs` | what outside models predict, and how often they are right |
| `explanation` | a decision in a few plain sentences |
"""
