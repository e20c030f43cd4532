"""The models of a dataset's questions: folds over its history.

| file | what is in it |
| --- | --- |
| `dataset_models` | all of a dataset, kept as snapshots |
| `kept_models` | those that a process worked on last, in memory |
| `idle_fits` | what is done for the next fits of small models while nothing waits |
| `question_model` | the model of one question |
| `kept_texts` | the words of records' texts, apart from the snapshots |
| `words_in_file` | the same of a fit that is not kept in the store |
| `restoring` | a model as it was saved |
| `terms` | what settings say of how a question is decided |
| `facts_of_history` | what the history says, as facts for a strategy |
| `values` | between Argilla's JSON and the engine's values |
| `confined`, `strategy_process` | a team's own strategies, in a process that can be stopped |
| `failed_strategies` | questions whose own strategy failed |
"""
