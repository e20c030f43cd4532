"""Connect and disconnect.

| file | what is in it |
| --- | --- |
| `registration` | our webhook in Argilla, and the datasets that are distilled |
| `leaving` | what is taken back at `disconnect`, and what stays |
| `late_writes` | writes that land in Argilla after that |
"""
