"""The votes of one label question, and what annotators are judged by.

| file | what is in it |
| --- | --- |
| `votes` | who says what now |
| `vote_matrix` | the same as a sparse matrix, some records at a time |
| `vote_columns` | many votes at once, for a fit |
| `vote_weights` | how much each vote counts |
| `outcome` | what stands after many changes, one after the other |
| `sampling` | some of the records, the same ones whatever order votes came in |
| `tally` | how far each label answers for each record, and the confusion counts that follow |
| `reported_rows` | what was last reported of each record |
| `given_rows` | a row for each annotator and label, without those that say nothing |
| `self_report` | more or less by how sure annotators said they were |
"""
