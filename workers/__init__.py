"""Everything that runs outside the web process.

| room | what is in it |
| --- | --- |
| `jobs` | RQ entry points |
| `processes` | the RQ worker and the cron |
| `cli` | the command line |
| `use_cases` | what the service does |
| `models` | the models of a dataset, as folds over its history |
| `writing` | what we write into Argilla, as values |
| `reporting` | a whole dataset in figures |
| `versions` | what versions are made of: immutable distilled datasets, as files |
| `archives` | old entries of a history, as files |
| `evaluation` | what labels are worth, in figures |
| `files` | files of recorded answers |
| `engine` | thinks, and does nothing else |
"""
