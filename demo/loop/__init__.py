"""`make demo ARGS="--loop"`: labels make models, and their outputs come back to be labelled.

| module | what it holds |
| --- | --- |
| `story` | the acts, played on a real Argilla by the product's own commands |
| `fault` | act 3: a misread edition of the guidelines is traced, proven and mended |
| `teller` | says what happens, and runs commands |
| `workshop` | chatbots, and the exports that each is trained on |
| `dialogues` | prompts with several canned replies, and which of them help |
| `crew` | the annotators, and what each answers |
| `desk` | the dataset in Argilla, and how it is answered and audited |
| `chatbot` | a small model that picks the best reply to a prompt |
"""
