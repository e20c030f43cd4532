"""The Hugging Face Hub, as far as versions are pushed to it. The only room that knows its library.

| file | what is in it |
| --- | --- |
| `pushing` | a version's folder as a dataset repository |
"""
