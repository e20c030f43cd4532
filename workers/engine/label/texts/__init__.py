"""What a record's text says about its label.

| file | what is in it |
| --- | --- |
| `texts` | records as hashed counts of words |
| `topics` | the same as a few numbers each |
| `content` | one more voice, believed as far as it has proved right |
"""
