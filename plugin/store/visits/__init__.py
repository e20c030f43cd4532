"""Visitors of the pages, as far as they are remembered.

| file | what is in it |
| --- | --- |
| `sign_ins` | who is signed in |
| `attempts` | who has tried and failed |
"""
