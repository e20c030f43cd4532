"""Which version, or which run, is better: for people and programs.

| file | what is in it |
| --- | --- |
| `comparisons_shown` | what can be compared and was, and one comparison |
| `asked_to_compare` | a comparison is asked for: a worker makes it |
| `runs_shown` | all runs, and how often each is right |
| `sent_runs` | a run is to be added: a worker reads its predictions |
| `found_comparison` | what an address names, and what is known of it |
"""
