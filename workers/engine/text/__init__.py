"""Text questions: the answer nearest to what reliable annotators mean, or one composed of all.

| file | what is in it |
| --- | --- |
| `text` | the default strategy: chosen or composed, whichever predicts answers better |
| `text_nearest` | the nearest answer: chosen, never invented |
| `text_model` | the model of all three |
| `text_choice` | how the answers to one record become a choice |
| `composing` | whether they had better be composed |
| `text_annotators` | how far annotators are from what is meant, and how much they weigh |
| `text_training` | whether annotators weigh more once they were reviewed |
| `text_alignment`, `alignment` | composed word by word, for those who ask for it |
| `frequent_text` | the most frequent answer, which everything else is measured against |
| `answers` | the answers to one record, and how far they are apart |
"""
