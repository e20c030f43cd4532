"""One delivery by Argilla: verified first, then reduced to ids.

| file | what is in it |
| --- | --- |
| `deliveries` | from raw bytes to event type and ids |
| `signing_secrets` | which secrets a delivery may be signed with |
"""
