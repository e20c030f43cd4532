"""What the service does, one use case a file. They receive the world; `workers.jobs` builds it.

| room | what is in it |
| --- | --- |
| `world` | what a use case receives |
| `distilling` | observe, learn, decide, publish, and keep the review dataset up with it |
| `sending` | calls that write to Argilla |
| `sweep` | compare a whole dataset with what we know of it |
| `watch` | what the cron does |
| `connecting` | connect and disconnect; writes that land in Argilla after that |
| `reviews` | which dataset is reviewed where: enable, mend, inspect, disable |
| `beside` | what a process beside the worker does is looked after in short turns |
| `remains` | whether a dataset was deleted in Argilla, and what is kept of it |
| `counts` | two counts that `status` shows |
| `versions` | immutable distilled datasets: asked for, made, verified, tagged, deleted |
| `orders` | what somebody asked for through the web process is done |
| `archiving` | old entries of a history are moved out of Redis, into files |
| `due` | what is due and nobody does, asked for again |
| `rounds` | samples of a model's outputs, brought in to be annotated |
| `tracing` | segments of a version that are associated with wrong labels |
| `twins` | versions once more, as datasets in Argilla |
| `runs` | what outside models predict: added, deleted |
| `comparisons` | which of several versions is better, and which run |
| `reports` | counting for the pages, and examples for newcomers |
| `checks` | status, doctor, and what a dataset still waits for |
| `aggregate` | recorded answers, distilled at once |
"""
