"""Numbers as pictures.

| file | what is in it |
| --- | --- |
| `svg` | bars, intervals, columns, lines, as inline SVG |
| `heat_map` | tables whose cells are shaded by their numbers |
| `forest` | values with their intervals, one below the other |
| `report_charts`, `version_charts`, `round_charts`, `comparison_charts` | which chart shows what of each |
"""
