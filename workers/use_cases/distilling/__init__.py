"""One run over one dataset: observe, learn, decide, publish.

| file | what is in it |
| --- | --- |
| `distil` | the use case: take the lease, run, note how it ended |
| `forwarding` | what waits in a review dataset, passed on to the dataset that is reviewed |
| `ahead` | what a run asks Argilla for while it begins |
| `run` | what one run works with, and what it did |
| `time_slice` | batch after batch until nothing waits or the time is over |
| `batch` | one batch, from Argilla and back to it |
| `steps` | the verbs of a batch: observing, deciding, publishing, reviewing |
| `underway` | the batch that Argilla takes while the next one is decided |
| `backlog` | what waits further back, read and learned from meanwhile |
| `moved` | records that are decided differently since the models learned from others |
| `saving` | when models are saved, and which texts a saved model does not hold |
| `fitting` | models are fitted anew, large ones beside the workers |
| `annotators` | who answers a dataset, numbered |
| `dataset_news` | what is new of the dataset itself: guidelines, settings, people, rounds |
"""
