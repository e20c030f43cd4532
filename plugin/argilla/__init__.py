"""The only room that talks to Argilla.

| file | what is in it |
| --- | --- |
| `gateway` | every request that we make of Argilla's API, as a method |
| `records_by_id` | many records by their ids, although the search index lags behind |
| `questions_read` | the questions of datasets, which need not be read again at every answer |
| `added_records` | records that rounds add to an annotators' dataset |
| `sdk` | what is made with Argilla's own SDK: the twins of versions |
| `calls` | one call: made, timed, every failure turned into one of our errors |
| `troubles` | what Argilla's failures mean, and what to do |
| `links` | where a browser finds in Argilla what is ours |
| `user` | what Argilla tells of people |
| `webhooks` | the webhooks that are registered in Argilla |
| `release` | which releases of Argilla's server are supported |
"""
