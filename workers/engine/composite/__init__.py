"""Values of several parts: multi-label, ranking and span questions.

| file or room | what is in it |
| --- | --- |
| `composite` | the strategy that has all the parts below |
| `decomposition` | how values are taken apart into elements and put together: the parts' contract |
| `taken_apart` | the current facts as facts about elements, and the models that learn them |
| `elements` | label models of elements |
| `element_weighers` | what votes on elements weigh |
| `record_elements` | the elements of one record, and the value that they make |
| `context` | what the elements of a record say about each other: the parts' contract |
| `correction` | how sure to be of elements, learned from adjudications |
| `multi_label`, `ranking`, `span` | the strategies of each type of question, and their parts |
"""
