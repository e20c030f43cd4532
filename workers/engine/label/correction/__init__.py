"""What adjudications teach.

| file | what is in it |
| --- | --- |
| `correction` | what is added to what votes say, and the examples that it is learned from |
| `skipped` | records that stand for what reviews skipped |
| `fitting` | how it is learned: a few weights, drawn toward doing nothing |
| `proving` | which of several are believed, and how far |
| `tempering` | how sure it may be, by audits |
| `adjudication_learner` | the correction in use, what came of it, and when it is due again |
"""
