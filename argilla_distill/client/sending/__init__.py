"""What is sent to the service: files, and what is to be done with them.

| file | what is in it |
| --- | --- |
| `lines` | a file, a table or mappings as lines of JSON |
| `parts` | a file is sent in parts, an order is given and waited for |
"""
