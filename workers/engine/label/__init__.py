"""Label questions: one of a few labels is right.

| file | what is in it |
| --- | --- |
| `majority`, `dawid_skene`, `learned` | the strategies, each a fold with a name and a model |
| `label_fold` | the fold: learn, revert, what moved, decisions, state |
| `label_model` | what the strategies differ in: how votes become posteriors |
| `additive_model` | the model in which votes add up |
| `corrected_model` | the same, with what adjudications and texts add |
| `withheld` | what it makes of adjudicated records without their adjudications |
| `taught_records` | records as adjudications teach by them |
| `label_decision` | how a posterior becomes a decision |
| `costs` | what mistakes cost, where not all cost the same |
| `votes/` | the votes, and what annotators are judged by |
| `weights/` | what a vote weighs |
| `correction/` | what adjudications teach |
| `texts/` | what a record's text says about its label |
"""
