"""Text questions: the answer nearest to what the reliable ones mean.

| file | what is in it |
| --- | --- |
| `text` | the default strategy: chosen, never invented |
| `text_alignment`, `alignment` | composed word by word, for those who ask for it |
| `text_model` | what text strategies share |
| `text_training` | whether reviewed annotators weigh more |
"""
