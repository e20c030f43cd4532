"""A fault is traced on real parts: suspected, audited blind, decided, asked again, and exported anew."""

import json
import random
from pathlib import Path
from typing import Any

from argilla_distill.workers.use_cases.reviews import enable
from demo.argilla.api import Api
from demo.argilla.payloads import Json
from demo.running.installation import Installation, eventually
from tests.live.annotated_dataset import crowd, dataset_of

WORDS = {"a": ("kind", "clear", "patient"), "b": ("rude", "vague", "hasty")}
OTHER = {"a": "b", "b": "a"}
ROUNDS = ("", "", "1", "2")
"""The first have no name: they are the rest. The last is the bad one."""

EACH, AUDITS = 48, 20


def items(draw: random.Random, user: Json) -> list[Json]:
    """Records whose texts tell the label, answered by one; in the last round half are wrong."""
    made = []
    for n in range(EACH * len(ROUNDS)):
        label, round_ = "ab"[n % 2], ROUNDS[n // EACH]
        text = " ".join([*draw.choices(WORDS[label], k=4), f"number{n}"])
        metadata = {"n": n, **({"round": round_} if round_ else {})}
        wrong = round_ == ROUNDS[-1] and n % 4 in (1, 2)
        answers = {user["id"]: {"topic": OTHER[label] if wrong else label}}
        made.append({"fields": {"text": text}, "metadata": metadata, "responses": answers})
    return made


def truth(record: Json) -> str:
    return "a" if set(WORDS["a"]) & set(record["fields"]["text"].split()) else "b"


def test_a_bad_round_is_suspected_proven_by_blind_audits_asked_again_and_exported(
    installation: Installation, api: Api, tmp_path: Path
) -> None:
    ann, fresh = crowd(api, "trace", 2)
    dataset = dataset_of(api, [ann, fresh], overlap=1, allow_extra_metadata=True)
    service, store = installation.service, installation.world.store
    enable(installation.world, dataset["id"])
    records = api.add_records(dataset, items(random.Random(4), ann))
    bad = [each for each in records if each["metadata"].get("round") == "2"]

    def told(*arguments: str) -> Any:
        return json.loads(service.command(*arguments, "--json").stdout)

    def traced(*arguments: str) -> Any:
        return told("trace", dataset["id"], "--question", "topic", *arguments)

    def copies() -> dict[str, Json]:
        kept = store.reviews.of(dataset["id"])
        assert kept is not None
        return {each["external_id"]: each for each in api.records(kept.id)}

    service.command("reconcile", dataset["id"])
    installation.settle(dataset)
    create = ("version", "create", dataset["id"], "--strategy", "majority", "--wait")
    first = told(*create)

    found = traced("--audit", str(AUDITS))
    assert "round=2" in [each["segment"] for each in found["segments"] if each["significant"]]
    drawn = store.segment_audits.of(dataset["id"], "topic")
    assert drawn is not None
    asked = set(drawn.records)
    assert len(asked) == found["audits"]["waiting"] >= 2 * AUDITS

    def drawn_copies() -> list[Json]:
        """Without the audits that the review queue draws by itself, in the meantime or later."""
        return [copy for record_id, copy in copies().items() if record_id in asked]

    def blind(copy: Json) -> bool:
        return copy["metadata"]["kind"] == "audit" and not copy["suggestions"]

    eventually(lambda: sum(map(blind, drawn_copies())) == len(asked))
    for copy in drawn_copies():
        assert not {"page", "audit_pi"} & copy["metadata"].keys()
        assert copy["metadata"]["priority"] >= 1
    decided = [(copy, {"topic": truth(copy), "why": "read"}) for copy in drawn_copies()]
    assert {each["error"] for each in api.answer_many(decided)} == {None}

    def waiting() -> int:
        audits = store.segment_audits.decided_so_far(dataset["id"], "topic")
        return audits.waiting if audits else -1

    eventually(lambda: waiting() == 0)
    found = traced("--re-ask", "round=2")
    rates = {each["segment"]: each for each in found["audits"]["segments"]}
    assert rates["round=2"]["audited"] == rates[""]["audited"] == AUDITS
    assert rates["round=2"]["worse"]

    asked_again = found["asked_again"]["asked"]
    assert asked_again > 0

    def wanted() -> list[Json]:
        return [copy for copy in copies().values() if copy["metadata"]["asks"] == "votes"]

    def unanswered() -> int:
        requests = store.requests.all(dataset["id"])
        ledger = store.datasets.ledger(dataset["id"], list(requests))
        pairs = zip(requests.values(), ledger, strict=True)
        return sum(entry is not None and each.waits(entry) for each, entry in pairs)

    eventually(lambda: len(wanted()) == asked_again)
    assert all("page" not in c["metadata"] and not c["suggestions"] for c in wanted())
    said = [(copy, {"topic": truth(copy), "why": ""}) for copy in wanted()]
    assert {each["error"] for each in api.as_user(fresh).answer_many(said)} == {None}
    eventually(lambda: unanswered() == 0)
    second = told(*create, "--only", "round=2")
    assert (second["records"], first["records"]) == (EACH, EACH * len(ROUNDS))
    audited = len(asked & {each["id"] for each in bad})
    assert second["votes"] == EACH + audited + asked_again

    path = tmp_path / "changed.jsonl"
    asked_for = ("--format", "records", "--changed-since", first["name"], "-o", str(path))
    service.command("export", dataset["id"], second["name"], *asked_for)
    changed = {row["record_id"]: row for row in map(json.loads, path.read_text().splitlines())}
    truths = {each["id"]: truth(each) for each in bad}
    assert changed.keys() <= truths.keys()
    assert changed.keys() & asked
    assert all(truths[i] == row["topic"]["value"] for i, row in changed.items() if i in asked)
