"""What labels are worth, as far as figures tell: pure statistics, without store and network.

| file | what is in it |
| --- | --- |
| `proxy` | a small model of texts, trained on labels: what it says of records that it has not seen |
| `tf_idf` | texts as rows of a sparse matrix |
| `contests` | versions against each other: labels on audits, and the models that they make |
| `paired` | two that are measured on the same records: difference, interval, p-value |
| `gate` | whether the texts tell such a model anything |
| `priority_sampling` | a sample that is drawn where it is worth most, and yet speaks for everything |
| `pass_rate` | how many of a model's outputs pass, from such a sample |
| `label_errors` | the same, corrected by audits for the errors of labels |
| `choosing` | what makes a model's output worth an annotator's time |
| `suspicion` | which segments of one kind say otherwise than the others |
| `segments` | the same of all kinds of segments |
| `neighbours` | the texts that are nearest to others |
"""
