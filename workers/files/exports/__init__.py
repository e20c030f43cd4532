"""What annotation tools export: several questions in one file, each by its name.

| module | holds |
| --- | --- |
| `export` | questions with their answers, whatever the tool |
| `argilla` | records as Argilla's SDK and API write them |
| `label_studio` | tasks as Label Studio exports them |
"""
