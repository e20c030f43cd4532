"""Rating questions: a 4 is nearer to a 5 than to a 1.

| file | what is in it |
| --- | --- |
| `rating` | the default strategy |
| `median_rating` | the yardstick, and what rating strategies share |
| `raters` | how each annotator uses the scale |
| `discrete`, `continuous` | the true rating: one of a few values, or any number |
| `recalibration` | how a crowd's scale lies to the truth |
"""
