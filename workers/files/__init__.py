"""Files of recorded answers, as people have them; for the command `aggregate`.

| module | holds |
| --- | --- |
| `input_options` | which files are to be read, and how |
| `answers_file` | a file of answers, read into `recorded_answers` |
| `adjudications_file` | what reviewers decided, added to the answers |
| `recorded_answers` | what the files say, as facts |
| `answer_columns` | rows of answers, taken in as columns |
| `cells` | what a cell says, as the engine's value |
| `scales` | the scale of a rating question |
| `confidence` | what annotators say of how sure they are, on whatever scale |
| `rankings` | partial rankings of one annotator, joined |
| `alike` | names that look alike |
| `reading` | bytes, tables and documents of any format |
| `exports` | what Argilla and Label Studio export |
| `output` | files that are written; they take their places once they are complete |
"""
