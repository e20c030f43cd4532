"""What is known of a dataset and kept from one batch to the next, as values with named fields.

How each of them is written into Redis is `plugin.store.shapes`, and nobody else's business.

| file | what is in it |
| --- | --- |
| `ledger_entry` | what a record showed when it was last read: answers, adjudications, suggestions |
| `decision` | what is decided on a question of a record, by whose voices, and what was shown when |
| `expected_rating` | what a rating's posterior knows beside the whole number |
| `conflict` | whose votes differ on a question of a record, and whose once did |
| `annotator` | whoever answers: key, name, kind |
| `model_info` | what is known of a question's model beside its snapshot |
| `failed_strategy` | a team's own strategy that failed, and until when it is left alone |
| `redis_memory` | what datasets take of Redis's memory, and how many answers still fit |
| `review` | a review dataset, a copy in it, and what was asked of reviewers besides the queue |
"""
