"""How right the outcome of the demo is.

| module | what it holds |
| --- | --- |
| `closeness` | how near one value is to another |
| `scores` | how right the values of many records are |
| `yardsticks` | what the simplest program would decide |
| `outcome` | the records at the end, checked and scored |
| `learned` | what was learned about the annotators, next to what is true of them |
| `tables` | the tables that the demo ends with |
"""
