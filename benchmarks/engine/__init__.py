"""Benchmarks of strategies alone, on recorded and on made-up answers.

| module | what it measures, or holds |
| --- | --- |
| `label`, `types_of_questions` | how right they are, beside other libraries in the same run (`peers`) |
| `label_figures` | the datasets of label questions, and what a strategy reaches on one |
| `halves` | whether a change helps on datasets that had no part in choosing it |
| `pictures`, `reviews` | how honest, and what adjudications and reviews buy; drawn by `charts` |
| `speed` | how long a fit takes, how much memory, and what one more answer costs |
| `properties`, `seeds` | promises on examples drawn at random |
| `held_out_votes` | what records' texts tell of votes that were held back |
| `markers` | a made-up crowd that marks names in texts |
"""
