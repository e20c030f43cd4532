"""The service's settings: read once from a mapping such as `os.environ`, and every mistake named.

| file | what is in it |
| --- | --- |
| `service_settings` | all settings, as one frozen value |
| `dataset_settings` | what distill.toml says of datasets and questions |
| `plan_file` | distill.toml |
| `text_files` | the small files that settings name |
| `deciding` | on which of a dataset's settings labels depend |
| `addresses` | addresses in settings |
| `mistakes` | what is wrong with a setting, in our words |
"""

from argilla_distill.plugin.settings.dataset_settings import (
    DatasetSettings,
    Plan,
    QuestionChoices,
    Sources,
)
from argilla_distill.plugin.settings.service_settings import (
    ENVIRONMENT,
    FROM_FILES,
    MAX_FAILURES_BYTES,
    MAX_FORM_BYTES,
    MAX_PART_BYTES,
    Settings,
    read,
)

__all__ = [
    "ENVIRONMENT",
    "FROM_FILES",
    "MAX_FAILURES_BYTES",
    "MAX_FORM_BYTES",
    "MAX_PART_BYTES",
    "DatasetSettings",
    "Plan",
    "QuestionChoices",
    "Settings",
    "Sources",
    "read",
]
