"""Versions: immutable distilled datasets, as far as everybody has to know them.

| file | what is in it |
| --- | --- |
| `manifest` | everything about a version but its rows, and what it was asked to be |
| `wish` | what somebody wishes a version to be, who asks for it through the web process |
| `labels` | the labels of a question, as bars are drawn of them |
| `contest` | which of several versions is better |
| `subjects` | the same as people read it: question by question, aspect by aspect |
| `segments` | records that share provenance, as people write them |
| `tracing` | where a fault may come from: suspect segments, near records |
| `segment_audits` | what reviewers decided of records that were drawn from suspect segments |
| `traced_failures` | failures that were sent through the web process |
| `what_if` | what a small model would be without a segment |
| `split` | which records models are trained on, tuned on and tested with |
| `twin` | a version once more, as a dataset in Argilla |
| `rewards` | the one number that a team trains on, composed from several questions |
| `difference` | what changed between two versions: which labels, how many, by which cause |
"""
