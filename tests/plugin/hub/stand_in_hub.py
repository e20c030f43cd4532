"""A stand-in for the Hugging Face Hub: what the library's calls for pushing a dataset really ask for.

Repositories are git's in little: commits are whole trees in memory, refs name them. Parquet files go by LFS,
all else within the commit, as on the Hub. Tokens are `writer` and `reader`.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from huggingface_hub import constants
from werkzeug.serving import make_server

API = "/api/datasets/<owner>/<name>"


@dataclass
class Repository:
    """One dataset repository: commits as path → content, and what names them."""

    private: bool
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def commit(self, tree: dict[str, bytes], message: str) -> str:
        digest = sha1(f"{len(self.order)}{sorted(tree)}{message}".encode()).hexdigest()
        self.commits[digest] = tree
        self.order.append(digest)
        self.messages.append(message)
        return digest

    def at(self, revision: str) -> str:
        return self.order[-1] if revision == "main" else self.tags.get(revision, revision)


@dataclass
class StandInHub:
    """The Hub: repositories by name, LFS objects by digest. `fails`: path → the status it answers."""

    url: str = ""
    repositories: dict[str, Repository] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    fails: dict[str, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def replaces_the_real_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The library asks this one, as a writer. Xet, which is not LFS, is switched off."""
        monkeypatch.setattr(constants, "ENDPOINT", self.url)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", "/nowhere/token")
        monkeypatch.setenv("HF_TOKEN", "writer")

    @contextmanager
    def running(self) -> Iterator[StandInHub]:
        """Served on a port of its own."""
        with make_server("127.0.0.1", 0, app(self), threaded=True) as server:
            self.url = f"http://127.0.0.1:{server.port}"
            serving = threading.Thread(target=server.serve_forever, args=(0.05,))
            serving.start()
            try:
                yield self
            finally:
                server.shutdown()
                serving.join()


def by_lfs(path: str) -> bool:
    return path.endswith(".parquet")


def oid(path: str, content: bytes) -> str:
    """As `preupload` tells it: LFS's digest, or git's."""
    if by_lfs(path):
        return sha256(content).hexdigest()
    return sha1(b"blob %d\0" % len(content) + content).hexdigest()


def refused(status: int, code: str = "") -> Response:
    answer = jsonify(error=f"refused with {status}")
    answer.status_code = status
    if code:
        answer.headers["X-Error-Code"] = code
    return answer


def app(hub: StandInHub) -> Flask:
    served = Flask("stand-in-hub")

    def repository(owner: str, name: str) -> Repository:
        return hub.repositories[f"{owner}/{name}"]

    @served.before_request
    def check() -> Response | None:
        hub.calls.append(f"{request.method} {request.path}")
        for path, status in hub.fails.items():
            if path in request.path:
                return refused(status)
        if request.path.startswith("/lfs/"):
            return None
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in ("writer", "reader"):
            return refused(401)
        writes = request.method != "GET" and "validate" not in request.path
        return refused(403) if writes and token == "reader" else None

    @served.errorhandler(KeyError)
    def unknown(error: KeyError) -> Response:
        return refused(404, "RepoNotFound")

    @served.post("/api/repos/create")
    def create() -> Response:
        asked: dict[str, Any] = request.get_json()
        assert asked["type"] == "dataset"
        name = f"{asked['organization']}/{asked['name']}"
        url = f"{hub.url}/datasets/{name}"
        if name in hub.repositories:
            answer = jsonify(error="You already created this dataset repo", url=url)
            answer.status_code = 409
            return answer
        made = Repository(asked.get("visibility") == "private")
        made.commit({".gitattributes": b"*.parquet filter=lfs\n"}, "initial commit")
        hub.repositories[name] = made
        return jsonify(url=url)

    @served.post("/api/validate-yaml")
    def validate() -> Response:
        content = request.get_json()["content"]
        if not content.startswith("---\n"):
            return refused(400)
        return jsonify(warnings=[], errors=[])

    @served.get(f"{API}/refs")
    def refs(owner: str, name: str) -> Response:
        found = repository(owner, name)
        tags = [
            {"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": commit}
            for tag, commit in found.tags.items()
        ]
        main = {"name": "main", "ref": "refs/heads/main", "targetCommit": found.at("main")}
        return jsonify(branches=[main], converts=[], tags=tags)

    @served.get(API)
    @served.get(f"{API}/revision/<revision>")
    def info(owner: str, name: str, revision: str = "main") -> Response:
        found = repository(owner, name)
        return jsonify(id=f"{owner}/{name}", sha=found.at(revision), private=found.private)

    @served.get(f"{API}/tree/<revision>")
    def tree(owner: str, name: str, revision: str) -> Response:
        found = repository(owner, name)
        return jsonify([_entry(p, c) for p, c in found.commits[found.at(revision)].items()])

    @served.post(f"{API}/preupload/<revision>")
    def preupload(owner: str, name: str, revision: str) -> Response:
        found = repository(owner, name)
        there = found.commits[found.at(revision)]
        files = [
            {
                "path": (path := each["path"]),
                "uploadMode": "lfs" if by_lfs(path) else "regular",
                "shouldIgnore": False,
                "oid": oid(path, there[path]) if path in there else None,
            }
            for each in request.get_json()["files"]
        ]
        return jsonify(files=files)

    @served.post("/datasets/<owner>/<name>.git/info/lfs/objects/batch")
    def batch(owner: str, name: str) -> Response:
        objects = []
        for each in request.get_json()["objects"]:
            upload = {"upload": {"href": f"{hub.url}/lfs/{each['oid']}", "header": {}}}
            actions = {} if each["oid"] in hub.objects else {"actions": upload}
            objects.append({"oid": each["oid"], "size": each["size"], **actions})
        return jsonify(transfer="basic", objects=objects)

    @served.put("/lfs/<digest>")
    def put(digest: str) -> Response:
        content = request.get_data()
        assert sha256(content).hexdigest() == digest
        hub.objects[digest] = content
        return jsonify(ok=True)

    @served.post(f"{API}/commit/<revision>")
    def commit(owner: str, name: str, revision: str) -> Response:
        found = repository(owner, name)
        files = dict(found.commits[found.at(revision)])
        message = ""
        for line in request.get_data().splitlines():
            key, value = (json.loads(line)[part] for part in ("key", "value"))
            match key:
                case "header":
                    message = value["summary"]
                case "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    files[value["path"]] = hub.objects[value["oid"]]
                case "deletedFile":
                    del files[value["path"]]
        made = found.commit(files, message)
        return jsonify(commitUrl=f"{hub.url}/datasets/{owner}/{name}/commit/{made}", commitOid=made)

    @served.post(f"{API}/tag/<revision>")
    def tag(owner: str, name: str, revision: str) -> Response:
        found, wanted = repository(owner, name), request.get_json()["tag"]
        if wanted in found.tags:
            return refused(409)
        assert found.at(revision) in found.commits
        found.tags[wanted] = found.at(revision)
        return jsonify(ok=True)

    @served.delete(f"{API}/tag/<wanted>")
    def untag(owner: str, name: str, wanted: str) -> Response:
        del repository(owner, name).tags[wanted]
        return jsonify(ok=True)

    return served


def _entry(path: str, content: bytes) -> dict[str, Any]:
    """A file of a tree: the oid is git's, of LFS files that of their pointer."""
    git = sha1(b"blob %d\0" % len(content) + content).hexdigest()
    entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": git}
    if by_lfs(path):
        digest = sha256(content).hexdigest()
        entry |= {"oid": "0" * 40, "lfs": {"oid": digest, "size": len(content), "pointerSize": 130}}
    return entry
