"""Versions from a notebook or a training script: found, downloaded, checked and turned into tables.

```python
from argilla_distill import Client

dataset = Client("https://distill.example", api_key=KEY).dataset("support/chatbot")
frame = dataset.version("prod").records(split="train").to_pandas()
```

| file | what is in it |
| --- | --- |
| `client` | the way in |
| `dataset` | one dataset's versions and tags |
| `listed` | a version as the list of a dataset has it |
| `creating` | a version is asked for, and waited for |
| `version` | one version: its manifest, its tables, exports, the difference to another |
| `near_failures` | failures are sent to be traced, and waited for |
| `rounds` | rounds: started, and what they came to |
| `tables` | rows, as Arrow, pandas, polars or Hugging Face's datasets |
| `exports` | what a version is exported to |
| `comparing` | versions beside each other, and runs: what changed, which is better |
| `sending` | files that are sent, and orders that are waited for |
| `connection` | calls to the service, repeated where that may help |
| `downloads` | files, in as many attempts as it takes, checked by their digest |
| `cache` | downloaded files, by digest |
| `bar` | how far a download is |
| `errors` | every error that is raised on purpose, in one tree |

It needs httpx and pyarrow and knows nothing of the service's inside: no Redis, no settings.
"""

from argilla_distill.client.client import Client

__all__ = ["Client"]
