"""The steps of a batch. Learning, between the first two, is `workers.models`.

| file | what is in it |
| --- | --- |
| `observing` | what records show anew, into history and ledger |
| `deciding` | what the models say of each record, which conflicts that leaves, and the notes about them |
| `publishing` | the difference, in one bulk call |
| `committing` | what was decided and is shown, in one transaction |
| `stored_decision`, `stored_conflict` | the two in the form in which the store keeps them |
| `review_worth` | what a review of each record is worth |
| `reviewing` | the copies of what is worth a review or is audited, in the review dataset |
| `sent` | what became of what was sent |
"""
