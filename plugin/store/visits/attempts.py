"""How often somebody has tried and failed to sign in: after a few failures each takes longer to follow.

Whoever tries is a name *from an address* (or a key from one), never one of both alone: a stranger
cannot lock out a name, and one visitor not all others behind the same address.
"""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Any

from argilla_distill.plugin.store.keys import Keys

FREE = 5
"""So many failures cost nothing: everybody mistypes."""

FIRST_S = 2
LONGEST_S = 300
"""The wait after the failures that are free, doubled by each further one, and its end."""

FORGOTTEN_S = 3_600

_TRY = """
local now, free, first, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local n = tonumber(redis.call('HGET', KEYS[1], 'failures') or 0)
local at = tonumber(redis.call('HGET', KEYS[1], 'at') or 0)
if n >= free then
  local wait = at + math.min(longest, first * 2 ^ math.min(n - free, 30)) - now
  if wait > 0 then return math.ceil(wait) end
end
redis.call('HSET', KEYS[1], 'failures', n + 1, 'at', ARGV[1], 'before', at)
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 0
"""

_TAKE_BACK = """
local n = tonumber(redis.call('HGET', KEYS[1], 'failures') or 0)
if n <= 1 then return redis.call('DEL', KEYS[1]) end
return redis.call('HSET', KEYS[1], 'failures', n - 1, 'at', redis.call('HGET', KEYS[1], 'before'))
"""


class Attempts:
    """Counts attempts to sign in. Each counts as failed until it turns out to have been none."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._try = redis.register_script(_TRY)
        self._take_back = redis.register_script(_TAKE_BACK)

    def begin(self, who: str, now: float) -> int:
        """Begin an attempt at the time `now` in s. Returns 0, or how many s it has to wait instead."""
        limits = (now, FREE, FIRST_S, LONGEST_S, FORGOTTEN_S)
        return int(self._try(keys=[self._key(who)], args=limits))

    def take_back(self, who: str) -> None:
        """The attempt failed for a reason that was not the visitor's."""
        self._take_back(keys=[self._key(who)])

    def forgive(self, who: str) -> None:
        """The attempt succeeded."""
        self._redis.delete(self._key(who))

    def _key(self, who: str) -> str:
        return self._keys.shared(f"attempts:{who}")


def pair(secret_or_name: str, address: str) -> str:
    """Who tries: a name or key from an address, as a digest. Of IPv6 the network is the address.

    >>> pair("ann", "2001:db8::1") == pair("ann", "2001:db8::2") != pair("ben", "2001:db8::1")
    True
    >>> pair("ann", "10.0.0.1") == pair("ann", "10.0.0.2")
    False
    """
    try:
        ip = ipaddress.ip_address(address)
        if ip.version == 6 and ip.ipv4_mapped is None:
            address = str(ipaddress.ip_network((ip, 64), strict=False))
    except ValueError:
        pass  # no address: a unix socket, a test
    return hashlib.sha256(f"{secret_or_name}\n{address}".encode()).hexdigest()[:32]
