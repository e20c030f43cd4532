"""What somebody asks of a worker through the web process: to cancel a round, to make a version.

| file | what is in it |
| --- | --- |
| `order` | one such order, how far it is, and what came of it |
"""
