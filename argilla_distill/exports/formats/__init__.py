"""The formats: each makes rows of a version's records.

| file | what is in it |
| --- | --- |
| `tables` | `records` and `votes`, as they are |
| `classification` | a text, its label, its soft label, its weight |
| `rewarded` | the reward of each record, for the formats that ask which reply is good |
| `completions` | `prompt-completion` and `unpaired-preference`: one reply a row |
| `preference` | pairs of replies to one prompt, by their rewards |
| `choices` | pairs of replies within one record, by a question that compares them |
| `stepwise` | a reply in steps, each right or wrong |
"""
