"""The review dataset, kept up with every batch.

| file | what is in it |
| --- | --- |
| `audit_candidates` | which records may be audited, and which can be no audits |
| `audit_line` | which of those are shown to reviewers now |
| `requested` | records that somebody asked to have looked at, whatever that is worth |
| `upkeep` | which copies there ought to be of what is worth a review |
| `copying` | copies, written and withdrawn |
"""
