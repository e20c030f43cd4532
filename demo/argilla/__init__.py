"""Argilla as the demo and the live tests meet it.

| module | what it holds |
| --- | --- |
| `api` | a plain client: what owners and annotators do there |
| `api_error` | what Argilla refuses |
| `payloads` | the JSON that it wants: questions of every kind, filters and sorts, values |
| `argilla_search` | a search engine that needs no server; runs inside Argilla's environment, never in ours |
| `argilla_app`, `argilla_worker` | Argilla's web application and its workers with it; run there too |
| `argilla_lean` | what both do more cheaply than Argilla does; runs there too |
"""
