"""Who answers a dataset: annotators get a small number each, because every vote names one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.people import introduction
from argilla_distill.domain.state.annotator import KnownAnnotator, called
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.settings import Sources
from argilla_distill.plugin.store import Store

UNKNOWN = "?"


class NumberedAnnotators:
    """The annotators of one dataset, numbered as they appear. Only the lease's holder adds some."""

    def __init__(self, store: Store, gateway: Gateway, dataset_id: str, sources: Sources) -> None:
        self._store = store
        self._gateway = gateway
        self._dataset_id = dataset_id
        self._sources = sources
        self._known = store.datasets.annotators(dataset_id)
        self._numbers = {annotator.key: n for n, annotator in self._known.items()}
        self._users = store.service.users()
        self._admins: set[str] | None = None
        self._new: dict[int, KnownAnnotator] = {}
        self._before: dict[int, KnownAnnotator] = {}
        self._names: dict[bool, Mapping[int, str]] = {}

    def number(self, key: str, agent: str) -> int:
        """The number of an annotator by key: a user's id, or `agent:name` with the agent's name."""
        if key not in self._numbers:
            name = agent or self._user_name(key)
            kind = self._kind(name, bool(agent))
            number = len(self._numbers)
            self._numbers[key] = number
            self._new[number] = self._known[number] = KnownAnnotator(key, name, kind)
            self._names = {}
        return self._numbers[key]

    @property
    def by_number(self) -> Mapping[int, KnownAnnotator]:
        """All annotators by number; grows with those who are numbered later."""
        return self._known

    def name(self, number: str, named: bool) -> str:
        """How an annotator is called: by name, or by kind and number."""
        if named not in self._names:
            self._names[named] = called(self._known, named)
        return self._names[named][int(number)]

    def reviews(self, user_id: str) -> bool:
        """Whether what a user answers in the review dataset is an adjudication.

        It is of owners, admins, and of those whom the settings name as reviewers.
        """
        if self._sources.kind(self._users.get(user_id) or self._user_name(user_id)) == "reviewer":
            return True
        if self._admins is None:
            self._admins = self._gateway.admins()
        return user_id in self._admins

    def is_reviewer(self, number: int) -> bool:
        """Whether the settings name an annotator as a reviewer: their answers decide."""
        return self._known[number].kind == "reviewer"

    def rename(self) -> None:
        """Note those whose name or kind is another than when they were numbered.

        Users may be renamed, and the settings may say otherwise what somebody is.
        """
        for number, annotator in self._known.items():
            name = self._users.get(annotator.key, annotator.name)
            kind = self._kind(name, annotator.is_agent)
            if (name, kind) != (annotator.name, annotator.kind):
                self._before.setdefault(number, annotator)
                changed = KnownAnnotator(annotator.key, name, kind)
                self._new[number] = self._known[number] = changed
                self._names = {}

    def news(self) -> list[Entry]:
        """The entries of the history, without ids, about those who are new or have changed."""
        return [introduction(n, now, self._before.get(n)) for n, now in self._new.items()]

    def introductions(self) -> list[Entry]:
        """The same about everybody: of a dataset whose history introduces nobody so far."""
        return [introduction(n, now, self._before.get(n)) for n, now in self._known.items()]

    def write(self, pipe: Any) -> None:
        """Keep those who are new, within a transaction."""
        if self._new:
            self._store.datasets.write_annotators(pipe, self._dataset_id, self._new)

    def written(self) -> None:
        """The transaction went through."""
        self._new, self._before = {}, {}

    def _kind(self, name: str, is_agent: bool) -> str:
        kind = self._sources.kind(name)
        return "model" if is_agent and kind == "person" else kind

    def _user_name(self, user_id: str) -> str:
        if user_id not in self._users:
            self._users = self._gateway.users()
            self._store.service.keep_users(self._users)
        return self._users.get(user_id, UNKNOWN)
