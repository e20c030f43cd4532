"""One dataset: its versions, made and found, the tags that name them, and its rounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from argilla_distill.client.comparing.added_runs import NewRun
from argilla_distill.client.comparing.comparisons import compared, runs_of
from argilla_distill.client.connection import Connection
from argilla_distill.client.creating import NewVersion, created
from argilla_distill.client.downloads import Downloader
from argilla_distill.client.listed import Listed, being_made, listed, named_as_of
from argilla_distill.client.near_failures import near_to
from argilla_distill.client.rounds.seen_round import SeenRound, seen
from argilla_distill.client.rounds.starting import NewRound
from argilla_distill.client.sending.lines import Rows
from argilla_distill.client.version import Version
from argilla_distill.domain.report import read
from argilla_distill.domain.rounds.wish import Wish
from argilla_distill.domain.runs.run import ModelRun
from argilla_distill.domain.runs.standing import RunStanding
from argilla_distill.domain.versions.contest import VersionsCompared
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.segment_audits import SegmentAudits
from argilla_distill.domain.versions.tracing import FailuresOrigin, Suspicions

LATEST = "latest"


class RemoteDataset:
    """One dataset of a service. `Client.dataset` gives it.

    Examples
    --------
    >>> dataset = Client(URL, api_key=KEY).dataset("support/chat")
    >>> [version.name for version in dataset.versions()]
    ['majority-1', 'majority-2']
    >>> dataset.tags
    {'latest': 'majority-2', 'prod': 'majority-1'}
    >>> dataset.version("prod").name
    'majority-1'
    """

    def __init__(self, connection: Connection, downloads: Downloader, id: str, name: str) -> None:
        self._connection = connection
        self._downloads = downloads
        self.id = id
        self.name = name

    def __repr__(self) -> str:
        return f"<RemoteDataset {self.name}>"

    def versions(self) -> list[Listed]:
        """All versions, the first made first; deleted ones too."""
        return [listed(each) for each in self._listing()["versions"]]

    @property
    def tags(self) -> dict[str, str]:
        """Tag → the version that it names now."""
        tags = {tag: version.name for version in self.versions() for tag in version.tags}
        return dict(sorted(tags.items()))

    @property
    def making(self) -> dict[str, str]:
        """Version that is being made → how far it has come, in words."""
        return being_made(self._listing()["making"])

    def version(self, name: str = "", *, as_of: datetime | None = None) -> Version:
        """A version, by its name, by a tag, or by the moment that it shows.

        Parameters
        ----------
        name : a version's name or a tag; "" is `latest`.
        as_of : with a time zone. The version that shows the dataset as it was then, or as it was before
            then as shortly as there is one; of several alike the one that was made last.

        Raises
        ------
        NotFound : there is none; NotMade while it is being made.
        ValueError : both are given, or a moment without a time zone.

        >>> Client(URL, api_key=KEY).dataset("support/chat").version("prood")
        Traceback (most recent call last):
            ...
        argilla_distill.client.errors.NotFound: There is no version prood here (did you mean prod?).
        """
        if as_of is not None:
            if name:
                raise ValueError("give a version's name or as_of, not both")
            name = named_as_of(self.name, self.versions(), as_of)
        manifest = self._connection.json(f"{self._path}/{quote(name or LATEST, safe='')}")
        tags = tuple(manifest.pop("tags"))
        return Version(self._connection, self._downloads, Manifest.read(manifest), tags)

    def create(
        self,
        *,
        strategy: str = "",
        as_of: datetime | None = None,
        only: Sequence[str] = (),
        without: Sequence[str] = (),
        tags: Sequence[str] = (),
        note: str = "",
        twin: bool = False,
        key: str = "",
        wait_s: float = 3_600.0,
    ) -> Version:
        """Have a version made, by a worker, and wait for it.

        Parameters
        ----------
        strategy : decides every question that it suits; "" leaves each question its own.
        as_of : with a time zone. What was said later does not count; None for now.
        only, without : segments, such as "round=2,annotator=ann".
        tags : names for it, which can be moved.
        note : what it is for.
        twin : whether it is copied into Argilla too; that goes on after it is made.
        key : a name for this call: the same call with the same key gives the same version, for a day and
            also from elsewhere. "" draws one, so that every call makes a version of its own.
        wait_s : how long to wait for it.

        Raises
        ------
        NotMade : it takes longer. It is still being made; the text says how to wait for it again.
        Refused : it cannot be made, or the key stands for another call; the text says why.
        ValueError : a moment without a time zone, a text where a list belongs, an unfit key.

        >>> dataset = Client(URL, api_key=KEY).dataset("support/chat")
        >>> dataset.create(only=["runde=2"])
        Traceback (most recent call last):
            ...
        argilla_distill.client.errors.Refused: runde=2: there is no runde (did you mean round?).
        """
        new = NewVersion(strategy, as_of, only, without, tags, note, twin, key)
        shown = self._downloads.progress
        return self.version(created(self._connection, self.id, new, wait_s, shown))

    def compare(
        self, *versions: str, runs: Sequence[str] = (), wait_s: float = 600.0
    ) -> VersionsCompared:
        """Which version, or which run, is better, by the audits that are answered by now.

        Parameters
        ----------
        versions : two or more, by name or tag; none where only runs are compared.
        runs : names of runs of one question.
        wait_s : how long to wait for the worker that finds it out.

        Raises
        ------
        NotFound : there is no such version or run, or fewer than two of a kind.
        NotMade : it takes longer. It is still being compared; the same call waits for it again.
        Failed : it cannot be made; the text says why.

        >>> Client(URL, api_key=KEY).dataset("support/chat").compare("prod")
        Traceback (most recent call last):
            ...
        argilla_distill.client.errors.NotFound: Name two or more different versions, not majority-1.
        """
        return compared(self._connection, self.id, versions, runs, wait_s)

    def add_run(
        self,
        name: str,
        predictions: Rows,
        *,
        question: str = "",
        trained_on: str = "",
        unseen_only: bool = False,
        wait_s: float = 600.0,
    ) -> ModelRun:
        """Add what a model of your own predicts. The same call again is the same run.

        Parameters
        ----------
        predictions : the path of a JSONL, CSV or Parquet file, mappings, or a table, with `record_id` or
            `external_id`, `prediction`, and if you like `probabilities` and `score`.
        question : which question is predicted; may be left out where there is only one.
        trained_on : the version, or tag, that the model learned from; "" for unknown.
        unseen_only : leave out records that it learned from, instead of refusing the run.

        Raises
        ------
        Refused : something is wrong with it, told line by line, or its model was trained on its records.
        Unavailable : it is not done after `wait_s`. Repeat the call.
        ValueError : there is no prediction, too many, or one is no JSON.

        >>> dataset = Client(URL, api_key=KEY).dataset("support/chat")
        >>> dataset.add_run("bot", [])
        Traceback (most recent call last):
            ...
        ValueError: there is no prediction: at least one is needed
        """
        new, shown = NewRun(name, question, trained_on, unseen_only), self._downloads.progress
        return new.added(self._connection, self.id, predictions, wait_s, shown)

    def runs(self) -> list[RunStanding]:
        """What models of your own predict, the first added first, and how often each is right.

        >>> Client(URL, api_key=KEY).dataset("support/chat").runs()
        []
        """
        return runs_of(self._connection, self.id)

    def trace(self, question: str = "") -> Suspicions | None:
        """Which segments of the latest version are associated with wrong labels, as the page has it.

        Parameters
        ----------
        question : which question's labels; without it the first one's.

        Returns
        -------
        None where no version of the dataset has been looked at yet for this question.

        >>> Client(URL, api_key=KEY).dataset("support/chat").trace() is None
        True
        """
        found = self._traced(question)["suspicions"]
        return None if found is None else read(Suspicions, found)

    def rounds(self) -> list[SeenRound]:
        """All rounds, the first started first.

        >>> Client(URL, api_key=KEY).dataset("support/chat").rounds()
        []
        """
        listed = self._connection.json(self._rounds)["rounds"]
        return [seen(self._connection, self._rounds, each) for each in listed]

    def round(self, name: str) -> SeenRound:
        """A round, as it is now.

        Raises
        ------
        NotFound : there is none; the nearest is named.
        """
        path = f"{self._rounds}/{quote(name, safe='')}"
        return seen(self._connection, self._rounds, self._connection.json(path))

    def new_round(
        self,
        name: str,
        *,
        model: str,
        trained_on: str = "",
        take: int = 300,
        question: str = "",
        passes: Sequence[str] = (),
    ) -> NewRound:
        """A round to be started: `.start(outputs)` does that, `.plan(outputs)` tells what it would be.

        Parameters
        ----------
        model : whose outputs these are.
        trained_on : the version, or tag, that the model learned from.
        take : so many outputs are taken.
        question, passes : by which answers to which question an output passes. Default: where the answer is
            what the model predicted.
        """
        if isinstance(passes, str):
            raise ValueError(f"passes is a list of labels: [{passes!r}]")
        wish = Wish(name, model, trained_on, take, question, tuple(passes))
        return NewRound(wish, self._connection, f"/datasets/{self.id}", self._downloads.progress)

    def progress(self) -> list[str]:
        """Whether models get better from round to round, in sentences; none with fewer than two rounds."""
        found = self._connection.json(self._rounds)
        whole = [found["whole"]] if found["whole"] else []
        return [each["sentence"] for each in (*whole, *found["steps"])]

    @property
    def _rounds(self) -> str:
        return f"/datasets/{self.id}/rounds"

    def segment_audits(self, question: str = "") -> SegmentAudits | None:
        """What reviewers decided of records that `trace --audit` drew; None where it drew none.

        >>> Client(URL, api_key=KEY).dataset("support/chat").segment_audits() is None
        True
        """
        found = self._traced(question)["audits"]
        return None if found is None else read(SegmentAudits, found)

    def near_failures(
        self,
        failures: Iterable[str | Mapping[str, Any]] = (),
        *,
        round: str = "",
        run: str = "",
        question: str = "",
        version: str = LATEST,
        near: int = 5,
        wait_s: float = 600.0,
    ) -> FailuresOrigin:
        """The training records that are near to failures of a model, and where they come from.

        Parameters
        ----------
        failures : a text each, or `{"record_id": …}`, `{"external_id": …}`, `{"fields": …}`.
        round, run : instead, those of a round, or of a run.
        near : so many training records of each.
        wait_s : so long it waits for a worker.

        Raises
        ------
        Refused : it cannot be traced; says why. Unavailable : it is not done after so long.

        >>> Client(URL, api_key=KEY).dataset("support/chat").near_failures(["late"], near=0)
        Traceback (most recent call last):
            ...
        argilla_distill.client.errors.Refused: 1 to 100 near records of each can be asked for, not 0.
        """
        terms = {"question": question, "version": version, "round": round, "run": run}
        return near_to(self._connection, self.id, failures, {**terms, "near": str(near)}, wait_s)

    def _traced(self, question: str) -> dict[str, Any]:
        asked = f"?question={quote(question, safe='')}" if question else ""
        return self._connection.json(f"/datasets/{self.id}/trace{asked}")

    @property
    def _path(self) -> str:
        return f"/datasets/{self.id}/versions"

    def _listing(self) -> dict[str, Any]:
        return self._connection.json(self._path)
