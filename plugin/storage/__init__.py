"""Where the files of versions are: read by the web process, written by the workers.

| file | what is in it |
| --- | --- |
| `storage` | the folders of all versions, under any address that fsspec knows |
| `whole` | a version's files as one file to download, in any ranges |
| `change_lists` | the files that list what changed between two versions |
| `uploads` | files that are sent to us in parts |
| `history_files` | files with old entries of histories, read without Parquet's library |
| `footer` | the footers of several Parquet files, joined into one |
| `thrift` | how Parquet writes down its own numbers |

What is in the files is `workers.versions`; their names and digests are in the manifest
(`domain.versions.manifest`).
"""
