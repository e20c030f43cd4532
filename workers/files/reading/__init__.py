"""Tables in files, as people have them: row by row, all cells as text.

| module | holds |
| --- | --- |
| `tables` | rows of a file by the columns that are asked for |
| `rows` | rows of CSV, JSON and Excel files |
| `arrow` | rows of Parquet and Arrow files |
| `as_text` | what is no text in them, as a cell |
| `documents` | objects of a JSON file |
| `columns` | which column is what |
| `input_file` | a file's bytes, unpacked, and what kind of file it is |
| `mistakes` | what is wrong, all of it in one message |
"""
