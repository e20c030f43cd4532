"""What verifying a version finds: files that are not what was written, and labels that came out otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from argilla_distill import __version__
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.engine.errors import UnknownStrategy
from argilla_distill.workers.engine.label.majority import Majority
from argilla_distill.workers.models import confined
from argilla_distill.workers.use_cases.versions.verifying import Verdict, verify
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.made_versions import answered, kept_in, made
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    service = kept_in(build(), tmp_path)
    answered(service)
    return service


def folder(service: ServiceInMemory, manifest: Manifest) -> Path:
    return Path(service.world.settings.versions) / D / manifest.name


def verified(service: ServiceInMemory, manifest: Manifest, **how: Any) -> Verdict:
    return verify(service.world, CHAT, manifest.name, **how)


def by_another_release(service: ServiceInMemory, manifest: Manifest) -> Manifest:
    """The same version, as if an earlier release had made it."""
    former = replace(manifest, release="0.0.9")
    service.store.versions.change(D, former)
    return former


def otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the strategy decides for the other label."""
    decide = Majority.decide

    def decided(self: Majority, *given: Any) -> Any:
        return [
            replace(d, value={"yes": "no", "no": "yes"}.get(d.value, d.value))
            for d in decide(self, *given)
        ]

    monkeypatch.setattr(Majority, "decide", decided)


def test_made_again_it_is_identical_also_when_much_was_said_since(service: ServiceInMemory) -> None:
    manifest = made(service)
    stages: list[str] = []
    verdict = verified(service, manifest, tell=lambda stage, *_: stages.append(stage))
    assert verdict == Verdict(manifest.name, "identical", __version__, __version__)
    assert "reading records" in stages
    service.answer("ann", "r1", helpful="no")
    service.argilla.delete_user("ben")
    service.mark("r1", "r2", "r3")
    service.settle()
    again = verified(service, manifest)
    assert (again.status, again.labels) == ("identical", 0)
    assert service.store.versions.asked(D) == []
    assert [path.name for path in folder(service, manifest).parent.iterdir()] == ["majority-1"]


def test_a_release_that_decides_otherwise_is_named_with_the_number_of_labels(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = by_another_release(service, made(service))
    assert verified(service, manifest).status == "identical"  # another release, the same labels
    otherwise(monkeypatch)
    verdict = verified(service, manifest)
    assert (verdict.status, verdict.labels) == ("differs", 2)
    assert verdict.wrong == (f"differs in 2 labels because release 0.0.9 ≠ {__version__}",)


def test_the_same_release_that_decides_otherwise_is_no_reason(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a team has changed its own strategy."""
    manifest = made(service)
    otherwise(monkeypatch)
    verdict = verified(service, manifest)
    assert verdict.status == "differs"
    assert "by the same release: a strategy of your own, or the history" in verdict.wrong[0]
    assert verified(service, manifest, again=False).status == "identical"


@pytest.mark.parametrize("table", ["records-train", "votes", "README", "records-test"])
def test_one_flipped_bit_is_found_wherever_it_is(service: ServiceInMemory, table: str) -> None:
    manifest = made(service)
    victim = next(folder(service, manifest).glob(f"{table}*"))
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(bytes(data))
    verdict = verified(service, manifest)
    assert (verdict.status, verdict.wrong) == (
        "damaged",
        (f"{victim.name} is not what was written",),
    )


def test_files_that_are_missing_or_too_many_are_found(service: ServiceInMemory) -> None:
    manifest = made(service)
    (folder(service, manifest) / "votes-00000.parquet").unlink()
    (folder(service, manifest) / "votes-00001.parquet").write_bytes(b"PAR1")
    assert verified(service, manifest).wrong == (
        "votes-00000.parquet is missing",
        "votes-00001.parquet is no file of it",
    )


def test_a_strategy_that_fails_is_the_reason_why_it_cannot_be_made_again(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = made(service)

    def gone(*_: object) -> None:
        raise UnknownStrategy("majority", ["learned"])

    monkeypatch.setattr(confined, "create", gone)
    with pytest.raises(InvalidRequest, match="majority-1 cannot be made again: unknown strategy"):
        verified(service, manifest)
