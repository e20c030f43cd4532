"""The command `export`: what it writes, what it tells, what it refuses, and what it never overwrites."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from argilla_distill.exports import request
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.cli.versions import exporting
from argilla_distill.workers.use_cases.versions.making import make
from argilla_distill.workers.use_cases.world import World
from tests.workers.argilla_in_memory import D
from tests.workers.cli.command_line import Run
from tests.workers.service_in_memory import ServiceInMemory

CHATS = "support/chat"
REWARD = 'reward = { helpful = 1.0, veto = { problem = "facts" } }\n'
SAID = {"r1": ("yes", "none"), "r2": ("no", "tone"), "r3": ("yes", "facts"), "r4": ("yes", "tone")}


@pytest.fixture
def versions(service: ServiceInMemory, run: Run, tmp_path: Path) -> Path:
    """A version of four replies to one prompt, and a distill.toml with a reward."""
    toml = tmp_path / "distill.toml"
    toml.write_text(toml.read_text() + REWARD)
    service.argilla.fields = {"prompt": "text", "reply": "text"}
    for record, (helpful, problem) in SAID.items():
        row = service.argilla.rows[D][record]
        row.fields = {"prompt": "Where is my parcel?", "reply": f"Reply {record}"}
        row.metadata = {"round": "1" if record == "r1" else "2"}
        for user in ("ann", "ben"):
            service.answer(user, record, helpful=helpful, problem=problem)
    service.settle()
    folder = tmp_path / "versions"
    create(service, run, folder)
    return folder


def create(service: ServiceInMemory, run: Run, folder: Path) -> None:
    """One more version."""
    settings = service.world.settings.model_copy(update={"versions": str(folder)})
    assert run("version", "create", CHATS, DISTILL_VERSIONS=str(folder)).code == 0
    assert make(World(service.argilla, service.store, settings), D, 60.0).manifest is not None


def split_of(service: ServiceInMemory) -> str:
    """The split of the four replies, which have one prompt."""
    manifest = service.store.versions.manifest(D, "latest")
    assert manifest is not None
    (split,) = [split for split, n in manifest.splits.items() if n]
    return split


def test_the_formats_of_the_command_are_those_that_there_are() -> None:
    assert exporting.FORMATS == request.FORMATS
    assert exporting.REWARDED == request.REWARDED


def test_pairs_are_written_and_what_was_left_out_is_counted(
    run: Run, versions: Path, service: ServiceInMemory, tmp_path: Path
) -> None:
    split, out = split_of(service), tmp_path / "pairs.jsonl"
    done = run(
        "export", CHATS, "latest", "--format", "preference", "--split", split, "-o", str(out)
    )
    assert done.code == 0, done.err
    pairs = [json.loads(line) for line in out.read_text().splitlines()]
    better = {(pair["chosen"], pair["rejected"]) for pair in pairs}
    assert ("Reply r1", "Reply r2") in better
    assert ("Reply r1", "Reply r3") in better
    assert all(chosen not in ("Reply r2", "Reply r3") for chosen, _ in better)
    last = done.err.splitlines()[-1]
    assert last.startswith(f"{len(pairs)} rows of the {split} split")
    assert "pairs" in last.partition("; left out: ")[2]
    assert done.out == ""


def test_a_split_without_a_row_is_no_file(
    run: Run, versions: Path, service: ServiceInMemory, tmp_path: Path
) -> None:
    other = next(s for s in ("validation", "test") if s != split_of(service))
    out = tmp_path / "pairs.parquet"
    done = run(
        "export", CHATS, "latest", "--format", "preference", "--split", other, "-o", str(out)
    )
    assert (done.code, out.exists()) == (1, False)
    assert "there is no row to write" in done.err


def test_without_a_file_rows_go_to_standard_output_and_figures_to_standard_error(
    run: Run, versions: Path
) -> None:
    done = run("export", CHATS, "majority-1", "--format", "records")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert {row["record_id"]: row["helpful"]["value"] for row in rows} == {
        record: helpful for record, (helpful, _) in SAID.items()
    }
    assert done.err.splitlines()[-1] == "4 rows; left out: none"
    done = run("export", CHATS, "latest", "--format", "records", "--as", "csv", "-o", "-")
    assert done.out.splitlines()[0].startswith("record_id,external_id,page")


def test_segments_and_earlier_versions_choose(
    run: Run, versions: Path, service: ServiceInMemory
) -> None:
    records = ("export", CHATS, "latest", "--format", "records")
    done = run(*records, "--only", "round=2,label=problem:tone", "--without", "label=helpful:no")
    assert [json.loads(line)["record_id"] for line in done.out.splitlines()] == ["r4"]
    for user in ("ann", "ben"):
        service.answer(user, "r2", helpful="yes", problem="tone")
    service.settle()
    create(service, run, versions)
    done = run(*records, "--changed-since", "majority-1")
    assert [json.loads(line)["record_id"] for line in done.out.splitlines()] == ["r2"]


def test_a_file_is_never_overwritten_unless_told_to(
    run: Run, versions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "votes.csv"
    out.write_text("mine")
    votes = ("export", CHATS, "latest", "--format", "votes", "-o", str(out))
    done = run(*votes)
    assert (done.code, out.read_text()) == (2, "mine")
    assert "--force replaces it" in done.err
    assert run(*votes, "--force").code == 0
    assert out.read_text().startswith("record_id,question,annotator")


def test_what_breaks_in_the_middle_leaves_nothing(
    run: Run, versions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, real, opened = tmp_path / "out.jsonl", Storage.open, list[str]()

    def breaks(self: Storage, dataset_id: str, name: str, path: str) -> object:
        opened.append(path)
        if path.startswith("records-test"):
            raise OSError(5, "Input/output error")
        return real(self, dataset_id, name, path)

    monkeypatch.setattr(Storage, "open", breaks)
    before = set(tmp_path.iterdir())
    done = run("export", CHATS, "latest", "--format", "records", "-o", str(out))
    assert (done.code, set(tmp_path.iterdir())) == (1, before)
    assert "Input/output error" in done.err
    done = run("export", CHATS, "latest", "--format", "records")
    assert (done.code, done.out) == (1, "")


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_a_full_disk_is_told(run: Run, versions: Path, kind: str) -> None:
    done = run("export", CHATS, "latest", "--format", "records", "--as", kind, "-o", "/dev/full")
    assert done.code == 1
    assert "No space left on device" in done.err


@pytest.mark.parametrize(
    ("options", "code", "why"),
    [
        (["--format", "records", "-o", "rows.json"], 2, "ends in .parquet, .csv or .jsonl"),
        (["--format", "records", "-o", "no/such/rows.csv"], 2, "no folder no/such"),
        (["--format", "records", "--json"], 2, "--json is about a file"),
        (["--format", "records", "--only", "runde=2"], 2, "did you mean round?"),
        (["--format", "records", "--only", "round=3"], 1, "there are 1, 2"),
        (["--format", "records", "--field", "reply"], 2, "--field has nothing to do in records"),
        (["--format", "votes", "--messages"], 2, "--messages has nothing to do in votes"),
        (["--format", "votes", "--mistake", "x"], 2, "--mistake has nothing to do in votes"),
        (["--format", "votes", "--changed-since", "majority-9"], 1, "did you mean majority-1?"),
        (["--format", "stepwise-supervision"], 1, "needs a span question"),
        (["--format", "preference", "--messages", "--as", "csv"], 2, "CSV has no lists"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    run: Run, versions: Path, options: list[str], code: int, why: str
) -> None:
    done = run("export", CHATS, "latest", *options)
    assert (done.code, done.out) == (code, "")
    assert why in done.err


def test_a_version_that_there_is_not_is_named_with_the_nearest(run: Run, versions: Path) -> None:
    done = run("export", CHATS, "majority-2", "--format", "records")
    assert done.code == 1
    assert "did you mean majority-1?" in done.err
