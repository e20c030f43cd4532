"""The votes of one label question.

| file | what is in it |
| --- | --- |
| `votes` | who says what now |
| `vote_matrix` | the same as a sparse matrix, some records at a time |
| `vote_columns` | many votes at once, for a fit |
| `given_rows` | a row for each annotator and label, without those that say nothing |
"""
