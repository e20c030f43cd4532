"""Values of several parts: multi-label, ranking and span questions.

| file | what is in it |
| --- | --- |
| `composite` | taken apart into label questions, and put together again |
| `elements` | label models of the parts |
| `parts` | between the parts of a value and a decision |
| `taught` | parts whose confidence reviewers have taught |
| `multi_label` | one in/out question per label |
| `ranking`, `order`, `implied` | orders of items, from pairs |
| `span`, `marks`, `stretches`, `corroboration` | marks in a text |
"""
