"""A local Argilla with simulated annotators: what `make demo` runs. Not part of the service.

| room | what is in it |
| --- | --- |
| `__main__`, `options`, `programme` | the command line, and what it asks to be played |
| `performance` | from the first record to the last table, on servers that run already |
| `ending` | what was distilled becomes a version, with a twin and an export |
| `playground`, `replay`, `display` | what is made in Argilla, the answering itself, the live display |
| `scenarios` | what is played: records, questions, annotators, what is true |
| `scoring` | how right the outcome is, and its tables |
| `loop` | `--loop`: labels make a chatbot, whose outputs come back to be labelled |
| `running` | Redis, Argilla and our service as processes; live tests and benchmarks use them as well |
| `argilla` | a plain client of Argilla, and the search engine inside it |

The lock files are those of Argilla's own environment.
"""
