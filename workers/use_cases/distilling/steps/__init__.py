"""The steps of a batch. Learning, between the first two, is `workers.models`.

| file | what is in it |
| --- | --- |
| `observing` | what records show anew, into history and ledger |
| `deciding` | what the models say of each record, which conflicts that leaves, and the notes about them |
| `publishing` | the difference, in one bulk call |
| `committing` | what was decided and is shown, in one transaction: put together here of the next three |
| `batch_decisions` | what is decided of a record as it is stored, and what of it is news |
| `conflict_changes` | which conflicts opened and which ended, and the records latest in each kind |
| `kept_batch` | all that a batch leaves in the store, ready to be written |
| `stored_decision`, `stored_conflict` | the two in the form in which the store keeps them |
| `review_worth` | what a review of each record is worth |
| `reviewing` | the copies of what is worth a review or is audited, in the review dataset |
| `sent` | what became of what was sent |
"""
