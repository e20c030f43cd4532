"""The only room that talks to Argilla.

| file | what is in it |
| --- | --- |
| `gateway` | what is said to Argilla, and what it answers |
| `calls` | one call: made, timed, every failure turned into one of our errors |
| `troubles` | what went wrong, in our words |
| `links` | where a browser finds in Argilla what is ours |
| `release` | which releases of Argilla's server are held |
"""
