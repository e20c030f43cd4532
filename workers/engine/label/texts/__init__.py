"""What a record's text says about its label.

| file | what is in it |
| --- | --- |
| `text_voice` | one more voice on every record with a text: what is below together |
| `texts` | which records have a text, and where its words are |
| `text_block` | words of many texts as bytes, which only a fit reads |
| `words` | texts as hashed counts of words |
| `topics` | the same as a few numbers each |
| `content_voice` | what topics tell about labels, believed as far as it has proved right |
| `released` | voices as they were saved before words were set apart |
"""
