"""Statistics of votes and decisions.

| file | what is in it |
| --- | --- |
| `agreement`, `kappa` | agreement beyond chance: of all, of two |
| `passing_votes` | votes as agreement needs them, taken down while they pass by |
| `difference`, `edit_distance` | how far two values, two texts are apart |
| `conflicts` | votes that differ, and whether that still matters |
| `review_value` | what one adjudication is worth |
| `alternative_annotator` | whether a model may stand in for people |
| `agreement_with_others` | how well a value agrees with what the others said |
| `panel` | how many independent votes those who err together are worth |
| `audit_estimate` | rates from records that were drawn at random, with intervals |
"""
