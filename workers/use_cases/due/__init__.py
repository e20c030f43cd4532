"""What is due and nobody does, asked for again. Loads no engine.

| file | what is in it |
| --- | --- |
| `versions_due` | versions that nobody makes |
| `rounds_due` | rounds that something is to be done about |
| `orders_due` | orders that nobody carries out, and files that nobody asked for |
| `archives_due` | old entries of histories that are to leave Redis |
| `runs_due` | runs of which is to be counted anew how often they are right |
"""
