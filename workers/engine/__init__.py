"""The engine: it thinks, and does nothing else.

Numbers in, decisions out: no network, no Redis, no files, no clock and no randomness of its own.

| room or file | what is in it |
| --- | --- |
| `contract/` | what every strategy keeps to, and what it is given and gives |
| `label/` | strategies for label questions |
| `rating/` | strategies for ratings |
| `text/` | strategies for texts |
| `composite/` | strategies for values of several parts: several labels, rankings, spans |
| `custom` | the base of a team's own strategy |
| `dated` | strategies for which it makes a difference when a vote was given |
| `registry` | all strategies, by the names that settings use |
| `discovery` | those that are installed beside ours |
| `measures/` | how far annotators agree, what conflicts there are, what a review is worth |
| `snapshot` | a strategy's state as bytes, never pickle |
| `errors` | what can go wrong |
"""
