"""Numbers as pictures.

| file | what is in it |
| --- | --- |
| `meters` | pictures of a single number: a share, a lean, an interval |
| `svg` | plots of many: columns, lines, intervals side by side, as inline SVG |
| `heat_map` | tables whose cells are shaded by their numbers |
| `forest` | values with their intervals, one below the other |
| `report_charts`, `version_charts`, `round_charts`, `comparison_charts` | which chart shows what of each |
"""
