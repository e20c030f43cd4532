"""What makes one vote worth less, or more, than another.

| file | what is in it |
| --- | --- |
| `dependence` | how far the votes on a record depend on each other |
| `cliques` | annotators who err together |
| `self_report` | how sure annotators said they were |
"""
