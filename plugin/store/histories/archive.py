"""The entries of histories that lie in files: which parts there are, and what is in them.

A part's file is whole, in its place and read once more before it is noted here; with that, in one step,
its entries leave Redis. So an entry is in exactly one of the two places, whatever is killed.
What is in a file is `plugin.storage.history_files`; `workers.archives` makes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from argilla_distill.domain.history import START
from argilla_distill.domain.history.archived import ArchivedPart, part_of, place
from argilla_distill.plugin.errors import ArchiveDamaged, ArchiveUnavailable
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.shapes.history_shapes import StoredEntry

if TYPE_CHECKING:
    from argilla_distill.plugin.storage.history_files import HistoryFiles

HELD_S = 120
"""A process that moves entries and shows no sign of life for so long is taken for dead."""

END, ENTRIES, BYTES, TROUBLE = "end", "entries", "bytes", "trouble"
"""Of a dataset's archive: the id of its last entry, how many it has, bytes of its files, and why the last
attempt to add to it failed."""

_MOVE = """
local ends = redis.call('HGET', KEYS[1], 'end') or '0-0'
local first = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
if ends ~= ARGV[1] or not first or first[1] ~= ARGV[3] then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('HSET', KEYS[1], 'end', ARGV[4])
redis.call('HINCRBY', KEYS[1], 'entries', ARGV[5])
redis.call('HINCRBY', KEYS[1], 'bytes', ARGV[6])
redis.call('XTRIM', KEYS[3], 'MINID', '=', ARGV[7])
return 1
"""

_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Archive:
    """The archives of all datasets.

    Parameters
    ----------
    address : where versions are kept; nothing is asked there before old entries are wanted.
    """

    def __init__(self, redis: Any, keys: Keys, address: str) -> None:
        self._redis = redis
        self._keys = keys
        self.address = address
        self._move = redis.register_script(_MOVE)
        self._release = redis.register_script(_RELEASE)
        self._parts: dict[str, list[ArchivedPart]] = {}

    @property
    def files(self) -> HistoryFiles:
        """The files themselves."""
        from argilla_distill.plugin.storage.history_files import HistoryFiles  # loads fsspec

        return HistoryFiles(self.address)

    def key(self, dataset_id: str) -> str:
        """The key of what an archive comes to: `END`, `ENTRIES`, `BYTES`."""
        return self._keys.of(dataset_id, "archive")

    def end(self, dataset_id: str) -> str:
        """The id of the last entry that lies in files; `0-0` where none does."""
        found = self._redis.hget(self.key(dataset_id), END)
        return found.decode() if found else START

    def size(self, dataset_id: str) -> tuple[int, int]:
        """How many entries lie in files, and how many bytes these have."""
        entries, taken = self._redis.hmget(self.key(dataset_id), ENTRIES, BYTES)
        return int(entries or 0), int(taken or 0)

    def trouble(self, dataset_id: str) -> str:
        """Why entries could not be moved when that was last tried; "" where they could."""
        found = self._redis.hget(self.key(dataset_id), TROUBLE)
        return found.decode() if found else ""

    def note_trouble(self, dataset_id: str, why: str) -> None:
        """Entries could not be moved, or could again ("")."""
        key = self.key(dataset_id)
        if why:
            self._redis.hset(key, TROUBLE, why)
        else:
            self._redis.hdel(key, TROUBLE)

    def parts(self, dataset_id: str) -> list[ArchivedPart]:
        """All parts, oldest first."""
        known = self._parts.get(dataset_id, [])
        key = self._keys.of(dataset_id, "archived")
        # they are never changed, so those that are known are not read again, unless Redis was emptied
        begin = max(len(known) - 1, 0)
        found = [ArchivedPart.of_json(json.loads(t)) for t in self._redis.lrange(key, begin, -1)]
        same = not known or (bool(found) and found[0] == known[-1])
        if not same:
            found, begin = (
                [ArchivedPart.of_json(json.loads(t)) for t in self._redis.lrange(key, 0, -1)],
                0,
            )
        self._parts[dataset_id] = [*known[:begin], *found]
        return self._parts[dataset_id]

    def wrong(self, dataset_id: str, wholly: bool = False) -> list[str]:
        """What is wrong with the files, a sentence each.

        Parameters
        ----------
        wholly : read every byte, instead of asking whether they are there and how long.
        """
        found = []
        for part in self.parts(dataset_id):
            try:
                self.files.check(dataset_id, part, wholly)
            except (ArchiveUnavailable, ArchiveDamaged) as error:
                found.append(str(error))
        return found

    # Reading

    def after(self, dataset_id: str, position: str, end: str) -> Iterator[StoredEntry]:
        """The entries in files behind a position, up to and with `end`, in order.

        Raises
        ------
        ArchiveUnavailable, ArchiveDamaged : they cannot be read. None of them is left out.
        """
        begin, stop = place(position), place(end)
        parts = self.parts(dataset_id)
        for part in parts[part_of(parts, position) :]:
            for number in range(part.group_of(position), len(part.groups)):
                if place(part.groups[number].first) > stop:
                    return
                for entry in self._group(dataset_id, part, number):
                    if begin < place(entry.id) <= stop:
                        yield entry

    def entries(self, dataset_id: str, ids: Iterable[str]) -> dict[str, StoredEntry]:
        """The entries of these ids, as far as they lie in files. Raises as `after` does."""
        parts = self.parts(dataset_id)
        wanted: dict[tuple[int, int], set[str]] = {}
        for entry_id in ids:
            if parts and place(entry_id) <= place(parts[-1].last):
                number = part_of(parts, entry_id)
                group = parts[number].group_of(entry_id)
                wanted.setdefault((number, group), set()).add(entry_id)
        found: dict[str, StoredEntry] = {}
        for (number, group), those in sorted(wanted.items()):
            entries = self._group(dataset_id, parts[number], group)
            found.update((entry.id, entry) for entry in entries if entry.id in those)
        return found

    def before(self, dataset_id: str, moment: int) -> str:
        """The id of the last entry in files that we made until a moment (ms since the epoch)."""
        parts, position = self.parts(dataset_id), f"{moment}-{2**64 - 1}"
        if not parts or place(parts[0].first) > place(position):
            return START
        part = parts[part_of(parts, position)]
        if place(part.last) <= place(position):
            return part.last
        entries = self._group(dataset_id, part, part.group_of(position))
        return [entry.id for entry in entries if place(entry.id) <= place(position)][-1]

    def every(self, dataset_id: str, part: ArchivedPart) -> Iterator[StoredEntry]:
        """All entries of a part, which need not be noted yet. Raises as `after` does."""
        for number in range(len(part.groups)):
            yield from self._group(dataset_id, part, number)

    def _group(self, dataset_id: str, part: ArchivedPart, number: int) -> list[StoredEntry]:
        return [StoredEntry(*row) for row in self.files.group(dataset_id, part, number)]

    # Moving

    def look(self, dataset_id: str, every_s: int) -> bool:
        """Whether it is time to see if anything is to be moved; then not again for so long."""
        key = self._keys.of(dataset_id, "archive_looked")
        return bool(self._redis.set(key, 1, nx=True, ex=every_s))

    def hold(self, dataset_id: str, token: str) -> bool:
        """The right to move entries, or a sign of life of whoever has it; False while another has it."""
        key = self._keys.of(dataset_id, "archiving")
        if self._redis.set(key, token, nx=True, ex=HELD_S):
            return True
        if self._redis.get(key) != token.encode():
            return False
        return bool(self._redis.expire(key, HELD_S))

    def let_go(self, dataset_id: str, token: str) -> None:
        """Give that right back."""
        self._release(keys=[self._keys.of(dataset_id, "archiving")], args=[token])

    def move(self, dataset_id: str, part: ArchivedPart, behind: str) -> bool:
        """Note a part and let its entries leave Redis, in one step.

        Parameters
        ----------
        part : its file is in its place, and has what Redis has.
        behind : the id of the last entry that lay in files when it was begun.

        Returns
        -------
        Whether it was done; False where other entries were moved meanwhile.
        """
        moment, number = place(part.last)
        names = ("archive", "archived", "history")
        text = json.dumps(part.as_json(), separators=(",", ":"))
        sizes = (part.entries, part.bytes)
        args = [behind, text, part.first, part.last, *sizes, f"{moment}-{number + 1}"]
        return bool(self._move(keys=[self._keys.of(dataset_id, n) for n in names], args=args))
