"""A version's files, from history and records to Parquet, over any kill; nobody knows of them yet.

`making` does this for versions that are asked for, `verifying` once more for one that is there.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from errno import EBUSY
from pathlib import Path
from secrets import token_hex

from argilla_distill.domain.versions.manifest import Manifest, VersionRequest
from argilla_distill.plugin.storage.storage import Storage, sync
from argilla_distill.workers.use_cases.versions import writing_files
from argilla_distill.workers.use_cases.versions.auditing import audited_question, keep, kept
from argilla_distill.workers.use_cases.versions.circumstances import Circumstances, circumstances
from argilla_distill.workers.use_cases.versions.describing import described, form_of
from argilla_distill.workers.use_cases.versions.fitting import (
    NOTHING_LEFT,
    Outcome,
    choose,
    distilled,
    fitted,
)
from argilla_distill.workers.use_cases.versions.reading import (
    AUDITED,
    Tell,
    read_history,
    read_records,
    recover_records,
)
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import LOOK_S, Aside, WorkFailed, in_place
from argilla_distill.workers.versions.past import Past
from argilla_distill.workers.versions.spool import Spool

MARK_S = 60.0
"""So much work, at most, is lost with a process that is killed."""

SENDING = "sending"
"""The mark of who sends the files to a place elsewhere and what is there, and the folder of that work."""

PARQUET = ".parquet"
"""Of a version's files those that are written once, and are large."""

TELL_S = 0.5
"""So often is told how far the writing has come."""


@dataclass
class Building:
    """The building of one version in its spool, whose marks say how far it has come.

    Attributes
    ----------
    over : whether the slice is over.
    tell : told how far it has come.
    aside : does what takes long.
    """

    world: World
    request: VersionRequest
    dataset_id: str
    spool: Spool
    over: Callable[[], bool]
    tell: Tell
    aside: Aside = in_place

    @property
    def folder(self) -> Path:
        """Where the files are written."""
        return self.spool.folder / "files"

    def manifest(self) -> Manifest | None:
        """Do what is next, until the slice is over; the manifest, without a card, once all is written."""
        world, spool, dataset_id, ends = self.world, self.spool, self.dataset_id, self._ends
        if not read_history(world, dataset_id, self.request, spool, *ends):
            return None
        under = circumstances(world, dataset_id, spool)
        if not read_records(world, dataset_id, self.request, under.plan, spool, *ends):
            return None
        if not recover_records(world, self.request, under, spool, *ends):
            return None
        if not self.aside(spool.folder, lambda: self._files(under), self._relayed):
            return None
        done, form = writing_files.written(spool), self._form(under)
        every = [Outcome.read(each) for each in spool.marked("fitted")["questions"]]
        now, files = world.store.now(), [*done.files, *kept(self.folder)]
        return described(self.request, under, every, form, done.counts, files, now)

    def sent(self, manifest: Manifest, storage: Storage) -> list[str] | None:
        """The files that are in their place already; None while they are on their way.

        A disk takes them at once. Elsewhere they are sent aside: a large one may take longer than an answer,
        or our hold of the version, lasts. The last turn then has little to send. Of several machines that
        have made the version one sends it, and where another went on with that meanwhile, it sends all.
        """
        if storage.on_disk is not None:
            return []
        names = [file.path for file in manifest.files if file.path.endswith(PARQUET)]
        versions, place = self.world.store.versions, self.spool.folder / SENDING
        sender = self.spool.marked(SENDING).get("sender") or token_hex(8)
        while not versions.send(self.dataset_id, manifest.name, sender):
            if self.over():
                return None
            time.sleep(LOOK_S)
        if versions.progress(self.dataset_id, manifest.name).get("sender") != sender:
            versions.note(self.dataset_id, manifest.name, sender=sender)
            shutil.rmtree(place, ignore_errors=True)
            self.spool.mark(SENDING, {"sender": sender, "files": []})
        place.mkdir(exist_ok=True)
        done = self.aside(
            place, lambda: self._send(storage.address, manifest, names), self._relayed
        )
        return names if done else None

    def _send(self, address: str, manifest: Manifest, names: Sequence[str]) -> None:
        """Send files to their place: done aside. What was sent before a kill is not sent again."""
        storage, sent = Storage(address), self.spool.marked(SENDING)
        store, version = self.world.store.versions, manifest.name
        for name in names:
            if not store.send(self.dataset_id, version, sent["sender"]):
                raise OSError(EBUSY, "another machine stores it")
            done = len(sent["files"])
            self.spool.mark("aside", {"stage": "storing", "done": done, "total": len(names)})
            if name not in sent["files"]:
                storage.send(manifest.dataset_id, version, self.folder / name)
                sent["files"].append(name)
                self.spool.mark(SENDING, sent)

    @property
    def _ends(self) -> tuple[Callable[[], bool], Tell]:
        return self.over, self.tell

    def _form(self, under: Circumstances) -> writing_files.Form:
        fits = Past.read(self.spool.marked("history")["past"]).fits
        audited = {i for of in ("records", "history") for i in self.spool.marked(of)[AUDITED]}
        return form_of(under, self.request, fits, audited)

    def _files(self, under: Circumstances) -> None:
        """Fit the strategies and write the files: done aside, so without Redis and Argilla."""
        spool, questions = self.spool, distilled(under.dataset, under.plan)
        form = self._form(under)
        choose(spool, form.scene, form.selecting, questions)
        outcomes, held_out, fits = [], [], []
        for n, question in enumerate(questions):
            spool.mark("aside", {"stage": f"fitting {question.name}", "done": n, "total": 0})
            fits.append(fitted(spool, question, under, self.request, form.scene))
            said, rows = audited_question(spool, fits[-1], under, form.scene)
            outcomes.append(asdict(fits[-1].outcome(said)))
            held_out += rows
        keep(held_out, self.folder)
        spool.mark("fitted", {"questions": outcomes})
        with ExitStack() as stack:
            every = [stack.enter_context(closing(fit.opened())) for fit in fits]
            total, told = spool.marked("records")["read"], -TELL_S

            def telling(records: int) -> None:
                nonlocal told
                if time.monotonic() - told >= TELL_S:
                    told = time.monotonic()
                    spool.mark("aside", {"stage": "writing", "done": records, "total": total})

            found = writing_files.written(spool)
            while not found.done:
                until = time.monotonic() + MARK_S
                found = writing_files.write(
                    spool,
                    self.folder,
                    form,
                    every,
                    lambda: time.monotonic() >= until,  # noqa: B023 - asked before it changes
                    telling,
                )
            if form.selecting.selection and not found.counts.records:
                raise WorkFailed(NOTHING_LEFT)
        sync(
            self.folder
        )  # seconds for a million records, which the turn that stores them would take else

    def _relayed(self) -> bool:
        """Tell how far what is done aside has come; whether the slice is over."""
        mark = self.spool.marked("aside")
        if mark:
            self.tell(mark["stage"], mark["done"], mark["total"])
        return self.over()
