"""The review dataset, kept up with every batch.

| file | what is in it |
| --- | --- |
| `drawing` | which records are audited: drawn at random, and blind |
| `audit_line` | which of those are shown to reviewers now |
| `upkeep` | which copies there ought to be of what is worth a review |
| `copying` | copies, written and withdrawn |
"""
