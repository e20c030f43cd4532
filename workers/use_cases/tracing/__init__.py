"""Tracing a fault to the segments that it is associated with, in a version of a dataset.

| file | what is in it |
| --- | --- |
| `due` | whether a version waits for that |
| `material` | a version's texts, labels and answers, and the segments that they are of |
| `suspecting` | which segments say otherwise than the others |
| `turns` | that is done beside a worker, in short turns |
| `asking` | records are put into the review dataset |
| `auditing` | some of the suspect segments, for reviewers to decide: audits of segments |
| `asking_again` | a segment, for new votes |
| `failing` | the training records that are nearest to given failures |
| `known_failures` | failures of a round and of a run |
| `on_request` | failures that were sent through the web process |
| `what_if` | a small model without a segment, and with its labels put right |
"""
