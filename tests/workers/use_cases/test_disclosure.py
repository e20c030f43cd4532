"""What is decided on a record that is not complete is told to nobody who may still be asked about it.

A walk over every page and its JSON as annotators see them, and over everything that is written into
Argilla, with a pending record in each state that there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from argilla_distill.domain.report import AnnotatorReport
from argilla_distill.plugin.pages.views.annotator_view import Person, for_themselves
from argilla_distill.workers.use_cases.reports.guidelines import keep_current, request
from argilla_distill.workers.use_cases.reports.report import report
from argilla_distill.workers.use_cases.reviews import enable
from argilla_distill.workers.use_cases.sweep import sweep
from tests.plugin.argilla.fake_argilla import FakeArgilla as Accounts
from tests.plugin.pages.website import Site
from tests.workers.argilla_in_memory import CHAT, HELPFUL, NOTE, D
from tests.workers.service_in_memory import Build, ServiceInMemory

CROWD = ("of-ann", "of-ben", "of-cas")
DONE = 24
"""So many records are complete and stay so."""


class Place:
    """A service whose records have ids and texts, with its pages. `pending`: state → record."""

    def __init__(self, service: ServiceInMemory) -> None:
        self.service, self.argilla = service, service.argilla
        self.argilla.sets[D] = replace(CHAT, min_submitted=3)
        self.argilla.chiefs.add("rob")
        self.argilla.rows[D].clear()
        self.pending: dict[str, str] = {}
        self.done = [self.add(f"telling text {uuid4()}") for _ in range(DONE)]

    def add(self, text: str) -> str:
        record = str(uuid4())
        self.argilla.add(record)
        self.argilla.rows[D][record].fields = {"text": text}
        return record

    def answers(self, record: str, values: str, crowd: tuple[str, ...] = CROWD) -> None:
        for user, value in zip(crowd, values.split(), strict=False):
            self.service.answer(user, record, helpful=value)

    def fill(self) -> None:
        """Everything is answered; four of those records will be reopened."""
        enable(self.service.world, D)
        for n, record in enumerate(self.done):
            usual, other = ("no", "yes") if n % 2 else ("yes", "no")
            self.answers(record, f"{usual if n < 4 else other} {usual} {usual}")
            self.service.answer("of-dan", record, helpful="no" if n % 2 else "yes")
        for state in ("raised", "deleted", "told"):
            self.pending[state] = self.add(f"secret {state}")
            self.answers(self.pending[state], "yes yes yes" if state == "told" else "no yes yes")
        self.service.answer("of-dan", self.pending["deleted"], helpful="no")
        self.service.settle()

    def reopen(self) -> None:
        """The overlap is raised, a user deleted, and further records are begun."""
        self.argilla.overlap = 4
        self.argilla.sets[D] = replace(CHAT, min_submitted=4)
        for state in ("never", "answered", "drafted"):
            self.pending[state] = self.add(f"secret {state}")
            self.argilla.suggested_by("judge", self.pending[state], HELPFUL, "no")
        self.service.answer("of-ann", self.pending["answered"], helpful="yes")
        self.service.answer("of-ann", self.pending["drafted"], "draft", helpful="yes")
        self.service.answer("of-ben", self.pending["drafted"], helpful="no")
        del self.argilla.rows[D][self.pending["deleted"]].responses["of-dan"]
        self.service.mark(*self.pending.values())
        sweep(self.service.world, D)
        self.service.settle()

    def site(self) -> Site:
        accounts = {
            name: (f"{name}s-secret", "annotator", ["w1"]) for name in ("ann", "ben", "nia")
        }
        fields = {i: dict(row.fields) for i, row in self.argilla.rows[D].items()}
        return Site(self.service.store, Accounts(accounts, fields))


@pytest.fixture(params=["completed", "always"])
def place(build: Build, request: pytest.FixtureRequest) -> Place:
    place = Place(build(overlap=3, publish=request.param, name_annotators=False))
    place.fill()
    return place


def walk(site: Site, records: list[str]) -> Iterator[tuple[str, int, str]]:
    """Every page in both forms: path, status, what it says."""
    numbers = range(-1, 8)
    of = f"/datasets/{D}"
    paths = ["/", of, f"{of}/annotators", f"{of}/examples", f"{of}/examples?question=problem"]
    paths += [f"{of}/annotators/{number}" for number in numbers if number >= 0]
    paths += [f"/records/{record}" for record in records]
    version = f"{of}/versions/learned-1"
    paths += [
        f"{of}/trace",
        f"{of}/trace/failures/{'0' * 16}",
        f"{of}/rounds",
        f"{of}/rounds/4",
        f"{of}/orders/round:4",
        f"{of}/rounds/4/plan",
        f"{of}/rounds/4/cancel",
        f"{of}/rounds/4/end",
        f"{of}/uploads/{'0' * 64}",
        f"{of}/compare",
        f"{of}/compare/learned-1...learned-2",
        f"{of}/runs",
        f"{of}/versions",
        f"{of}/versions/learned-1...learned-2",
        version,
        f"{version}/files/README.md",
    ]
    paths += [f"{version}/records.parquet", f"{version}/votes.parquet"]
    walked = {"home", "dataset", "annotators", "examples", "annotator", "record", "trace"}
    walked |= {"rounds", "round", "order", "round_plan", "upload"}
    walked |= {"comparisons", "comparison", "runs", "failures"}
    walked |= {"confirm_cancel", "confirm_end"}
    walked |= {"versions", "version", "difference", "version_file", "records", "votes"}
    doors = {"sign_in", "enter", "sign_out", "tag", "make_version", "cancel_round", "end_round"}
    doors |= {"start_round", "part", "compare", "add_run", "send_failures"}
    names = {rule.endpoint.removeprefix("pages.") for rule in site.app.url_map.iter_rules()}
    assert names == walked | doors | {"static"}, "a page that the walk does not know"
    for path in paths:
        for json in (False, True):
            answer = site.get(path, json)
            yield path, answer.status_code, answer.text


def betrayed(place: Place) -> list[str]:
    """What annotators could read of pending records, by page."""
    found = []
    pending = list(place.pending.values())
    for name in ("ann", "ben", "nia"):
        site = place.site()
        site.sign_in(name)
        for path, status, text in walk(site, [*pending, *place.done]):
            found += [
                f"{name} {path} {state}"
                for state, record in place.pending.items()
                if record[:8] in text or f"secret {state}" in text
            ]
            if status == 200 and path.removeprefix("/records/") in pending:
                found.append(f"{name} may read {path}")
    return found


def test_no_page_and_no_json_tells_an_annotator_of_a_pending_record(place: Place) -> None:
    report(place.service.world, D)  # counted while three of them were complete
    assert betrayed(place)  # the walk finds what there is to find
    place.reopen()
    assert betrayed(place) == []  # the old report is still read
    report(place.service.world, D)
    assert betrayed(place) == []
    site = place.site()
    site.sign_in("ann")
    assert "telling text" in site.get(f"/datasets/{D}/examples").text
    assert site.get(f"/records/{place.done[0]}").status_code == 200


def test_nothing_that_is_written_into_argilla_tells_of_a_pending_record(place: Place) -> None:
    service = place.service
    report(service.world, D)
    assert request(service.world, D).state == "written"
    assert any(f"secret {state}" in place.argilla.told[D] for state in place.pending)
    place.reopen()
    keep_current(service.world, D)
    assert "secret" not in place.argilla.told[D]  # before the next report
    assert "telling text" in place.argilla.told[D]
    report(service.world, D)
    keep_current(service.world, D)
    assert "secret" not in place.argilla.told[D]
    always = service.store.datasets.info(D)["publish"] == "always"
    for record in place.pending.values():
        shown = (place.argilla.shown(record, question) for question in (HELPFUL, NOTE))
        ours = [suggestion for suggestion in shown if suggestion and suggestion.ours]
        assert bool(ours) <= always, record
    assert place.argilla.shown(place.done[1], HELPFUL) is not None


def test_a_copy_that_was_opened_is_emptied_when_its_record_is_reopened(place: Place) -> None:
    service = place.service
    kept = service.store.reviews.of(D)
    assert kept is not None
    rows = place.argilla.rows[str(kept.id)]
    assert {"raised", "deleted", "told"} & {
        state
        for state, record in place.pending.items()
        for row in rows.values()
        if row.external_id == record and row.suggestions
    }
    for copy_id in rows:
        place.argilla.answer("of-nia", copy_id, "draft", helpful="yes")
    place.reopen()
    for row in rows.values():
        if row.external_id in place.pending.values():
            assert row.responses
            assert not row.suggestions


def test_a_week_of_few_answers_tells_an_annotator_nothing() -> None:
    """One answer of a week that agrees with the decision by 0 %: the decision is the other label."""
    weeks = (("2026-11-02", 0.0, 1), ("2026-11-09", 0.8, 5))
    counted = AnnotatorReport(1, 6, 0.9, 0.8, 0.95, True, drift=weeks)
    shown = for_themselves(Person(1, "ann", "person", False, ("yes", "no"), counted), ())
    assert shown.report is not None
    assert shown.report.drift == weeks[1:]
