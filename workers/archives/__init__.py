"""Old entries of a history as Parquet files. How they are read is `plugin.storage.history_files`.

| file | what is in it |
| --- | --- |
| `part_file` | the file of one part, as it is written |
"""
