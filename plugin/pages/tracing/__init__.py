"""The pages of tracing a fault.

| module | what it holds |
| --- | --- |
| `trace_page` | which segments of the latest version are suspect, and what audits of segments say |
| `failures_sent` | failures are sent, and which training records are near to them |
"""
