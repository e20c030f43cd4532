"""Ranking questions: which of two items comes before the other, for every pair.

| file | what is in it |
| --- | --- |
| `ranking` | the strategies |
| `item_orders` | orders of items, taken apart and put together |
| `pair_context` | what other pairs say about each pair |
| `order` | the order that pairs agree with most |
| `implied` | what follows from comparisons that nobody contradicted |
"""
