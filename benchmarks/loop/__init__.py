"""Benchmarks of what comes after labelling: which labels make the better model.

| module | what it measures |
| --- | --- |
| `comparing` | what `compare` says: on recorded answers, where nothing differs, and what it costs |
"""
