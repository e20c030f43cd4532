"""Rating questions: a 4 is nearer to a 5 than to a 1.

| file | what is in it |
| --- | --- |
| `rating` | the default strategy |
| `rating_model` | its model: annotators, the truth, and what adjudications make of it |
| `median_rating` | the median, which everything else is measured against |
| `raters` | how each annotator uses the scale |
| `discrete`, `continuous` | the true rating: one of a few values, or any number |
| `between_values` | which of the two it is on a scale |
| `candidates` | what either of them says about one record |
| `recalibration` | mapping the crowd's ratings onto the truth |
| `rating_training` | whether adjudications recalibrate, and what that gains |
| `rating_range` | the values that the question takes |
"""
