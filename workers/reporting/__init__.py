"""Reports: a whole dataset in figures, counted now and then so that pages are quick to make.

What is counted is `domain.report`, where it is kept `plugin.store.reports`, when it is counted
`workers.use_cases.reports.report`.

- ``survey``: one reading of the store, as columns
- ``question_columns``: one question as columns: votes, adjudications, decisions, conflicts
- ``question_report``: everything about one question
- ``calibration``: how often the confidences were right
- ``audits``: what audits say of one question's labels
- ``periods``: weeks and rounds
- ``annotator_reports``: the annotators of one question
- ``stand_ins``: which models and templates may replace a person
- ``examples``: records that show what a label means
- ``pairs``: which values annotators take for each other
- ``telling_words``: words of records that tell what is decided on them
- ``near_identical``: near-identical records
"""
