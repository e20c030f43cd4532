"""What is made with Argilla's own SDK: the dataset that a version's twin is.

The SDK is loaded by the call alone: that takes seconds and 175 MB. Annotators' records are never written
with it (`gateway` says why), and the records of a twin are sent by `gateway` too, so that a job which
writes a few of them need not load it. Fields and questions are made one by one, not through
`rg.Settings`, which refuses names that Argilla takes, such as `index`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import httpx

from argilla_distill.domain.records import TWIN_DIGEST, TWIN_OF, TWIN_VERSION
from argilla_distill.domain.versions.twin import TwinDataset
from argilla_distill.plugin.argilla.troubles import refused_by_argilla
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    ArgillaUnavailable,
    InvalidValue,
    NotInArgilla,
)
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.settings.addresses import shown

MARK = (TWIN_OF, TWIN_VERSION, TWIN_DIGEST)

FIELDS = {"text": "TextField", "image": "ImageField", "chat": "ChatField", "custom": "CustomField"}
"""Argilla's type of field → the SDK's class."""

QUESTIONS = {
    "label_selection": "LabelQuestion",
    "multi_label_selection": "MultiLabelQuestion",
    "rating": "RatingQuestion",
    "ranking": "RankingQuestion",
    "span": "SpanQuestion",
    "text": "TextQuestion",
}


def create(settings: Settings, wanted: TwinDataset) -> str:
    """Make and publish a dataset, and its workspace if there is none. Returns the dataset's id.

    It bears its metadata from the first moment on, before it is published: whoever meets it knows what
    it is. What cannot be finished is deleted; what a kill left half made is deleted first.

    Raises
    ------
    ArgillaUnavailable, ArgillaRefused, InvalidValue : as calls of `gateway` do.
    """
    import argilla as rg  # takes seconds

    with _translated(settings.argilla_api_url):
        client = _quiet(rg)(
            api_url=settings.argilla_api_url,
            api_key=settings.argilla_api_key.get_secret_value(),
            timeout=settings.argilla_timeout_s,
            retries=0,
        )
        try:
            _delete_half_made(client, wanted)
            workspace = client.workspaces(wanted.workspace) or _workspace(rg, client, wanted)
            return _dataset(rg, client, workspace, wanted)
        finally:
            client.http_client.close()


def _quiet(rg: Any) -> Any:
    """The SDK's client, which would tell the log who signed in."""

    class Quiet(rg.Argilla):  # type: ignore[misc]  # the SDK has no types
        def log(self, message: str, level: int = 0) -> None:
            """Say nothing."""

    return Quiet


def _delete_half_made(client: Any, wanted: TwinDataset) -> None:
    answer = client.http_client.get("/api/v1/me/datasets")
    answer.raise_for_status()
    for each in answer.json()["items"]:
        if each["status"] != "ready" and is_mark_of(each.get("metadata") or {}, wanted):
            client.api.datasets.delete(UUID(each["id"]))


def is_mark_of(metadata: Mapping[str, Any], wanted: TwinDataset) -> bool:
    """Whether a dataset's own metadata say that it is this twin."""
    return all(metadata.get(key) == wanted.metadata[key] for key in MARK)


def _workspace(rg: Any, client: Any, wanted: TwinDataset) -> Any:
    return rg.Workspace(name=wanted.workspace, client=client).create()


def _dataset(rg: Any, client: Any, workspace: Any, wanted: TwinDataset) -> str:
    from argilla._exceptions import ArgillaError

    body = {
        "name": wanted.name,
        "workspace_id": str(workspace.id),
        "guidelines": wanted.guidelines,
        "allow_extra_metadata": True,
        "metadata": dict(wanted.metadata),
    }
    answer = client.http_client.post(
        "/api/v1/datasets", json=body
    )  # the SDK's model has no metadata
    answer.raise_for_status()
    dataset_id = UUID(answer.json()["id"])
    try:
        dataset = rg.Dataset.from_model(client.api.datasets.get(dataset_id), client=client)
        for part in _parts(rg, client, wanted):
            part.dataset = dataset
            part.create()
        client.api.datasets.publish(dataset_id=dataset_id)
    except BaseException:
        with suppress(ArgillaError, httpx.HTTPError):
            client.api.datasets.delete(dataset_id)
        raise
    return str(dataset_id)


def _parts(rg: Any, client: Any, wanted: TwinDataset) -> Iterator[Any]:
    """Fields, questions and metadata properties, in their order."""
    for each in wanted.fields:
        yield _part(getattr(rg, FIELDS[each["settings"]["type"]]), each)
    for each in wanted.questions:
        yield _part(getattr(rg, QUESTIONS[each["settings"]["type"]]), each)
    for name, title, kind in wanted.properties:
        if kind == "float":
            yield rg.FloatMetadataProperty(name, title=title, client=client)
        else:
            yield rg.TermsMetadataProperty(name, title=title, client=client)


def _part(kind: Any, data: Mapping[str, Any]) -> Any:
    return kind.from_dict(dict(data))


@contextmanager
def _translated(address: str) -> Iterator[None]:
    """What goes wrong inside, as one of our errors."""
    from argilla._exceptions import ArgillaAPIError, ArgillaError

    try:
        yield
    except httpx.HTTPStatusError as error:
        raise _error(error.response.status_code, error.response.text, address) from None
    except httpx.HTTPError as error:
        reason = f"Argilla at {shown(address)} gave no answer: {type(error).__name__}"
        raise ArgillaUnavailable(reason) from None
    except ArgillaAPIError as error:
        raise _error(error.status_code, str(error), address) from None
    except ArgillaError as error:
        raise ArgillaRefused(f"Argilla's SDK: {error}") from None
    except ValueError as error:  # what pydantic raises
        raise InvalidValue(f"Argilla's SDK does not take a field or a question: {error}") from None


def _error(status: int, detail: str, address: str) -> Exception:
    message = f"{refused_by_argilla(status, address)} (making a twin): {detail[:500]}"
    if status >= 500 or status in (408, 409, 425, 429):  # 409: made by somebody at the same moment
        return ArgillaUnavailable(message)
    if status == 404:
        return NotInArgilla(message)
    return InvalidValue(message) if status == 422 else ArgillaRefused(message)
