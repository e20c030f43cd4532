"""Rounds on real parts: started, killed, repeated, cancelled, answered; one ends by itself and tells what it
came to."""

import json
import subprocess
from pathlib import Path

from argilla_distill import Client
from demo.argilla.api import Api
from demo.running.installation import Installation, eventually
from demo.running.service import BIN
from tests.live.annotated_dataset import crowd, dataset_of, records_of

TAKE = 52
"""More than are written in one call."""


def output(kind: str, n: int) -> dict[str, object]:
    text = f"{kind} number{n} about thing{7 * n} and thing{11 * n}"
    return {"fields": {"text": text}, "prediction": "a", "score": 0.7}


def test_a_round_is_killed_repeated_answered_and_ends_by_itself_beside_one_that_is_cancelled(
    installation: Installation, api: Api, tmp_path: Path
) -> None:
    (user,) = crowd(api, "round", 1)
    dataset = dataset_of(api, [user], overlap=1)
    annotator, service = api.as_user(user), installation.service
    annotator.answer_many((record, {"topic": "a"}) for record in records_of(api, dataset, 3))
    service.command("reconcile", dataset["id"])
    with Client(service.url, service.env["ARGILLA_API_KEY"], progress=False) as client:
        ours = client.dataset(dataset["id"])
        before = ours.create().name
        path = tmp_path / "outputs.jsonl"
        path.write_text("\n".join(json.dumps(output("reply", n)) for n in range(90)))
        start = ["round", "start", dataset["id"], str(path), "--name", "4", "--model", "bot"]
        killed = subprocess.Popen(
            [BIN / "argilla-distill", *start, "--take", str(TAKE), "--trained-on", "latest"],
            env=service.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(lambda: len(api.records(dataset)) > 3)
        killed.kill()
        killed.wait()

        other = ours.new_round("5", model="bot-2").start([output("other", n) for n in range(3)])
        assert (other.state, other.plan.written) == ("under way", 3)
        store = installation.world.store
        taken = store.rounds.taken(dataset["id"], "5")
        annotator.answer(taken[0].record_id, {"topic": "b"})
        cancelled = ours.round("5").cancel()
        assert (cancelled.state, cancelled.plan.removed) == ("cancelled", 2)

        store.redis.delete(
            store.keys.of(f"{dataset['id']}:round:4", "lease")
        )  # as after 15 seconds
        round_ = ours.new_round("4", model="bot", take=TAKE, trained_on="latest").start(path)
        assert (round_.state, round_.plan.written) == ("under way", TAKE)
        records = [each for each in api.records(dataset) if each["metadata"].get("round") == "4"]
        assert len(records) == len({each["fields"]["text"] for each in records}) == TAKE
        assert all(each["metadata"] == {"round": "4", "model": "bot"} for each in records)
        assert not any(each["suggestions"] for each in records)
        shown = annotator.call("GET", f"/me/datasets/{dataset['id']}/metadata-properties")["items"]
        assert [each["name"] for each in shown] == ["n"]

        annotator.answer_many((e, {"topic": "ab"[n % 5 == 0]}) for n, e in enumerate(records))
        eventually(lambda: ours.round("4").state == "ended")
    told = json.loads(service.command("round", "status", dataset["id"], "4", "--json").stdout)
    report = told["report"]
    assert (report["labelled"], report["before"]) == (TAKE, before)
    assert report["by_labels"]["low"] < 0.8 < report["by_labels"]["high"]
    assert [m.note for m in store.versions.manifests(dataset["id"])] == [
        "",
        "The end of round 4, model bot.",
    ]
