"""Speaks to the world: Argilla, Redis, browsers and the environment. Thinking is `workers.engine`.

| room | what is in it |
| --- | --- |
| `listener`, `serving` | the web process, and what serves it |
| `dispatch` | from a delivery to a job |
| `errors` | every error that we raise on purpose, in one tree |
| `memory` | memory that is given back as soon as it is free |
| `unreachable` | why a connection failed, from the error of the socket beneath it |
| `settings` | the environment and distill.toml, read once and checked |
| `argilla` | the only room that talks to Argilla |
| `webhook` | one delivery: verified, then reduced to ids |
| `store` | the only room that knows Redis |
| `storage` | where the files of versions are |
| `hub` | the only room that talks to the Hugging Face Hub |
| `visitors` | who looks at our pages, and what they may see |
| `health` | metrics, and whether the service can do its job |
| `pages` | what people look at |
"""
