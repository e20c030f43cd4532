"""What tracing found, and what it asked people.

| file | what is in it |
| --- | --- |
| `sent_failures` | failures that were sent, and what was found near to them |
| `suspicions` | which segments of a version are suspect, and what is suspect of rounds |
| `segment_audits` | which records were drawn from segments, for reviewers to decide |
| `requests` | records that reviewers or further annotators were asked to look at, and why |
"""
