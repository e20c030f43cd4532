"""Questions of every type but labels, beside other libraries.

| file | what is in it |
| --- | --- |
| `every_type` | `engine_types`: which datasets there are, and the command |
| `values` | ratings and texts |
| `parts` | multi-label, ranking and span questions |
| `tables` | what these share: our strategies, and a table |
"""
