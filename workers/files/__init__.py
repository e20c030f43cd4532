"""Files of recorded answers, as people have them; for the command `aggregate`.

| module | holds |
| --- | --- |
| `answers_file` | a file of answers, read into `answers` |
| `given` | what is to be read, and what was said of it |
| `adjudications_file` | what reviewers decided, added to the answers |
| `answers` | what the files say, as facts |
| `tables` | rows of a file, with their lines and with what is wrong |
| `cells` | what a cell says, as the engine's value |
| `output` | files that are written, beside first |
| `rankings` | partial rankings of one annotator, joined |
"""
