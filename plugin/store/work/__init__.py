"""What is still to be done for a dataset, and who does it.

| file | what is in it |
| --- | --- |
| `dirty` | which records wait to be looked at |
| `lease` | one distiller per dataset at a time |
| `leases` | who works on a dataset, or on a part of what is kept of it, and who waits for that |
| `first_look` | what a run wants to know before anything else |
| `fits` | who fits the models of a large dataset beside the workers |
| `orders` | what is asked of workers through the web process |
| `uploads` | which parts of uploaded files have arrived |
| `model_copies` | what somebody who keeps models in memory has to know |
| `moved_records` | records that may be decided otherwise now |
| `sweeps` | where a sweep has got to |
| `text_blocks` | words of records' texts, which only a fit of a model reads |
| `unanswered` | writes to Argilla whose end nobody has seen |
| `unfitted_texts` | records whose texts the saved models do not hold yet |
"""
