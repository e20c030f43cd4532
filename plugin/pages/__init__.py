"""The pages that people look at, one file each, and the frame around them.

`site` holds them together; `plugin.lookup` reads what they show, the `*_view` modules put it in words.
"""

from plugin.pages.site import blueprint

__all__ = ["blueprint"]
