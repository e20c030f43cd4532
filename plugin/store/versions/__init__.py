"""Versions as far as Redis knows them. Their files are elsewhere (`DISTILL_VERSIONS`).

| file | what is in it |
| --- | --- |
| `manifests` | manifests, tags, and what is being made |
| `prompts` | groups of prompts, which no split may part |
| `twins` | which versions have a twin in Argilla, and how far it has come |
| `comparisons` | which of several versions is better |
| `differences` | what changed between versions, and which comparisons are asked for |
| `standings` | how often each run is right, as last counted |
| `runs` | what outside models, which were trained on versions, predict |
"""
