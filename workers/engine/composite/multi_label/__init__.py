"""Multi-label questions: one in/out question per label.

| file | what is in it |
| --- | --- |
| `multi_label` | the strategies |
| `label_sets` | sets of labels, taken apart and put together |
| `other_labels` | what the other labels say about each label |
"""
