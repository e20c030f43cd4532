"""Benchmarks of what comes after labelling: which labels make the better model, and how good it is.

| module | what it measures, or holds |
| --- | --- |
| `comparing` | what `compare` says: on recorded answers, where nothing differs, and what it costs |
| `compare_big` | what `compare` costs on large versions |
| `three_strategies` | three strategies that teams ask for, beside `learned` |
| `replacing` | how often a model is falsely said to be able to replace a person |
| `round_intervals` | whether what rounds tell of a model holds |
| `round_starting` | what planning a round costs |
| `trace` | how often planted faults are found, in `made_up_rounds` and `better_rounds` |
"""
