"""What adjudications teach.

| file | what is in it |
| --- | --- |
| `correction` | what is added to a pool of votes, and what it is learned from |
| `teaching` | a few weights, drawn toward doing nothing |
"""
