"""What a vote weighs.

| file | what is in it |
| --- | --- |
| `weigher` | from counts of what annotators got right to weights: the contract |
| `confusion_weigher` | by Dawid and Skene: a confusion matrix for every annotator |
| `pooled` | for the default strategy: a pool of two matrices, drawn toward the annotator's kind |
| `confusion` | the two matrices |
| `em` | how weights of votes and responsibilities of labels explain each other |
| `left_out` | weights that a record's own votes had no part in |
| `drift` | weights that changed since all records of their annotators heard of them |
| `dependence` | how far the votes on a record depend on each other |
| `worth` | what one vote is worth beside others: |
| `cliques` | less where pairs of annotators err together more than others |
| `jury` | less for those who vote alike for another reason than skill |
| `second_opinion` | what another model makes of the same votes, pooled with the first |
"""
