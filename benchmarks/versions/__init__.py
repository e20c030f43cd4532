"""What versions of many records cost, and files of the history's old entries.

| module | what it measures, or holds |
| --- | --- |
| `version_making` | making a version, and verifying it |
| `texts_argilla` | an Argilla with a text for every record |
| `client_reading` | the client, reading a version into pandas |
| `archiving_history` | moving old entries of a history into files, and reading them again |
| `kept_versions` | manifests and a comparison of many records, for `scale.pages` |
"""
