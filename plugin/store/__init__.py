"""The only package that knows Redis keys. One room per kind of state; `Store` holds them together."""

from plugin.store.store import Store, connect

__all__ = ["Store", "connect"]
