"""Models that are fitted anew from the votes as they are.

| file | what is in it |
| --- | --- |
| `refit` | small models, whenever that is due, and all of them on demand |
| `fit_beside` | large models, in a process beside the workers |
"""
