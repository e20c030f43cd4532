"""Rounds on real parts: started, killed, repeated, cancelled, answered; one ends by itself and tells what it
came to."""

import json
import subprocess
from pathlib import Path
from typing import Any

from demo.argilla.api import Api
from demo.running.installation import Installation, eventually
from demo.running.service import BIN
from tests.live.annotated_dataset import crowd, dataset_of, records_of

TAKE = 60
"""More than are written in one call."""


def written(path: Path, count: int, **more: Any) -> str:
    lines = [
        {"fields": {"text": f"{path.stem} number{n} about thing{7 * n} and thing{11 * n}"}, **more}
        for n in range(count)
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    return str(path)


def test_a_round_is_killed_repeated_answered_and_ends_by_itself_beside_one_that_is_cancelled(
    installation: Installation, api: Api, tmp_path: Path
) -> None:
    (user,) = crowd(api, "round", 1)
    dataset = dataset_of(api, [user], overlap=1)
    annotator, service = api.as_user(user), installation.service
    annotator.answer_many((record, {"topic": "a"}) for record in records_of(api, dataset, 3))
    service.command("reconcile", dataset["id"])
    service.command("version", "create", dataset["id"], "--wait")
    path = written(tmp_path / "outputs.jsonl", 90, prediction="a", score=0.7)
    start = ["round", "start", dataset["id"], path, "--name", "4", "--model", "bot", "--json"]
    start += ["--take", str(TAKE), "--trained-on", "latest"]
    killed = subprocess.Popen(
        [BIN / "argilla-distill", *start],
        env=service.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    eventually(lambda: len(api.records(dataset)) > 3)
    killed.kill()
    killed.wait()

    other = written(tmp_path / "others.jsonl", 3)
    begun = ("round", "start", dataset["id"], other, "--name", "5", "--model", "bot-2", "--json")
    assert json.loads(service.command(*begun).stdout)["state"] == "under way"
    taken = installation.world.store.rounds.taken(dataset["id"], "5")
    annotator.answer(taken[0].record_id, {"topic": "b"})
    told = json.loads(service.command("round", "cancel", dataset["id"], "5", "--json").stdout)
    assert (told["state"], told["written"], told["removed"]) == ("cancelled", 3, 2)

    rounds = installation.world.store.rounds
    store = installation.world.store
    store.redis.delete(store.keys.of(f"{dataset['id']}:round:4", "lease"))  # as after 15 seconds
    told = json.loads(service.command(*start).stdout)
    assert (told["state"], told["written"], told["outputs"]) == ("under way", TAKE, 90)
    ours = [each for each in api.records(dataset) if each["metadata"].get("round") == "4"]
    assert len(ours) == len({each["fields"]["text"] for each in ours}) == TAKE
    assert all(each["metadata"] == {"round": "4", "model": "bot"} for each in ours)
    assert not any(each["suggestions"] for each in ours)
    shown = annotator.call("GET", f"/me/datasets/{dataset['id']}/metadata-properties")["items"]
    assert [each["name"] for each in shown] == ["n"]

    annotator.answer_many((each, {"topic": "ab"[n % 5 == 0]}) for n, each in enumerate(ours))

    def ended() -> bool:
        known = rounds.of(dataset["id"], "4")
        return known is not None and known.state == "ended"

    eventually(ended)
    told = json.loads(service.command("round", "status", dataset["id"], "4", "--json").stdout)
    report = told["report"]
    assert (report["labelled"], report["before"]) == (TAKE, told["trained_on"])
    assert report["by_labels"]["low"] < 0.8 < report["by_labels"]["high"]
    assert [m.note for m in installation.world.store.versions.manifests(dataset["id"])] == [
        "",
        "The end of round 4, model bot.",
    ]
