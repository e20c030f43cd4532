"""What the demo plays.

| module | what it holds |
| --- | --- |
| `question` | the fields and questions of a dataset |
| `scenario` | records, questions, who answers what, and what is true |
| `crowd` | the built-in scenario: `material` answered by `annotators`, with the `habits` that they have |
| `recorded` | a folder of recorded answers as a scenario |
"""
