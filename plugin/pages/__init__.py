"""The pages that people look at, one file each.

| file | what is in it |
| --- | --- |
| `site` | all pages as one blueprint: their addresses, what protects them |
| `frame` | what all pages have in common |
| `lookup`, `looked_up` | what pages read from the store: only what their visitor may see; and what that is |
| `overseen` | a dataset of which the visitor may see all |
| `orders` | what is asked of workers by address |
| `entrance` | signing in and out |
| `overview_page`, `dataset_page`, `annotators_page`, `examples_page`, `record_page` | what their names say |
| `tracing` | which segments of the latest version are suspect, and what is near to failures |
| `versions` | versions of a dataset, and their files |
| `comparisons` | which version, or which run, is better |
| `rounds` | rounds of a dataset: how good its models are |
| `failures` | what is shown where there is no page |
| `views` | pages as values, without Flask |
| `charts` | numbers as pictures |
"""
