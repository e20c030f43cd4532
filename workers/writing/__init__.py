"""What we write into Argilla, as values. Sending it is `use_cases`.

| file | what is in it |
| --- | --- |
| `suggestions` | the difference between what should be suggested on a record and what is |
| `conflict_note` | a few lines on a record for whoever labels or reviews it next |
| `guidelines_section` | examples for newcomers, in a dataset's guidelines |
| `voice_numbers` | the number under which a voice is stored |
| `twin_dataset` | a version's twin: its dataset, and its records |
| `review_copy`, `review_dataset` | a record's copy for review, and the dataset of such copies |
"""
