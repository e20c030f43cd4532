"""What a record's text says about its label.

| file | what is in it |
| --- | --- |
| `text_voice` | one more voice on every record with a text: the three below together |
| `texts` | records as hashed counts of words |
| `topics` | the same as a few numbers each |
| `content_voice` | what topics tell about labels, believed as far as it has proved right |
"""
