"""Pages as values: what is stored, turned into what a visitor reads. Pure; one file per page or part.

| file | what is in it |
| --- | --- |
| `overview_view` | every dataset in a few figures |
| `dataset_view` | the head that all pages of one dataset share, and the page of one question |
| `queue_view` | why a record has its place in the review queue |
| `examples_view` | examples for newcomers, by label |
| `annotator_view` | annotators as the report knows them, with names |
| `record_view`, `own_record_view` | one record: for who oversees, and for an annotator who answered it |
| `decision_view` | one question's decision: what, how sure, by whose voices, and why |
| `showing` | whether Argilla shows that decision, and why not |
| `version_view` | versions, and what changed between two of them |
"""
