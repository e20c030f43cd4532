"""A version's folder as a dataset repository of the Hugging Face Hub, tagged with the version's name.

The token is the Hub library's own business: `HF_TOKEN`, or who has signed in with `hf auth login`. It is
never an argument here, and in no message. `HF_ENDPOINT` is where the Hub is.

What is pushed replaces the files of the version that was pushed before; these stay under their tags. A
repository's tag of a version is never moved, as a version never changes; other tags are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

from huggingface_hub import HfApi, get_token
from huggingface_hub import errors as trouble
from huggingface_hub.hf_api import RepoFile

from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.errors import HubRefused, HubUnavailable, InvalidRequest

DATASET = "dataset"
OURS = ("records-*.parquet", "votes-*.parquet", "manifest.json", "README.md")
"""The files that a version has."""

TOKEN = "set HF_TOKEN to a token with the right to write, or run `hf auth login`"  # noqa: S105


@dataclass(frozen=True)
class Pushed:
    """Where a version was pushed to.

    Attributes
    ----------
    url : of the repository at the version's tag.
    tags : that name it now.
    changed : whether anything was sent; False where all of it was there.
    """

    repository: str
    url: str
    commit: str
    tags: tuple[str, ...]
    changed: bool


def push(
    manifest: Manifest, folder: Path, repository: str, private: bool, tags: Sequence[str] = ()
) -> Pushed:
    """Push a version, or see that it is there.

    Parameters
    ----------
    folder : with the files of the manifest, and manifest.json.
    repository : `owner/name`; made if there is none.
    private : whether a repository that is made is private; one that is there stays what it is.
    tags : to be moved to this version, beside its name.

    Raises
    ------
    HubUnavailable : the Hub does not answer. May be repeated, as often as is needed.
    HubRefused : no token, or not the right to write, or a tag of this name that is something else.
    InvalidRequest : `repository` is no name of a repository.
    """
    with _in_our_words(repository):
        if get_token() is None:
            raise HubRefused(f"the Hub needs a token: {TOKEN}")
        api = HfApi()
        api.create_repo(repository, repo_type=DATASET, private=private, exist_ok=True)
        known = _tags(api, repository)
        own = tag_of(manifest.name)
        commit = known.get(own, "")
        if commit:
            _check_same(api, manifest, folder, repository, own)
        else:
            commit = _upload(api, manifest, folder, repository)
            api.create_tag(repository, tag=own, revision=commit, repo_type=DATASET)
        moved = [tag for tag in dict.fromkeys(tags) if tag != own and known.get(tag) != commit]
        for tag in moved:
            if tag in known:
                api.delete_tag(repository, tag=tag, repo_type=DATASET)
            api.create_tag(repository, tag=tag, revision=commit, repo_type=DATASET)
        url = f"{api.endpoint}/datasets/{repository}/tree/{own}"
        every = tuple(dict.fromkeys((own, *tags)))
        return Pushed(repository, url, commit, every, own not in known or bool(moved))


def tag_of(version: str) -> str:
    """A version's tag: git's names of tags have no colon.

    >>> tag_of("acme:PeopleFirst-3")
    'acme.PeopleFirst-3'
    """
    return version.replace(":", ".")


def _tags(api: HfApi, repository: str) -> Mapping[str, str]:
    """Tag → its commit."""
    refs = api.list_repo_refs(repository, repo_type=DATASET)
    return {tag.name: tag.target_commit for tag in refs.tags}


def _upload(api: HfApi, manifest: Manifest, folder: Path, repository: str) -> str:
    """Send the files that differ, and take away those of the version before; returns the commit."""
    names = _names(manifest)
    done = api.upload_folder(
        repo_id=repository,
        folder_path=folder,
        repo_type=DATASET,
        allow_patterns=names,
        delete_patterns=[*OURS[:2]],
        commit_message=f"{manifest.dataset}, version {manifest.name}",
        commit_description=f"content digest {manifest.content_sha256}",
    )
    return str(done.oid)


def _check_same(api: HfApi, manifest: Manifest, folder: Path, repository: str, tag: str) -> None:
    """Raises HubRefused where the repository's tag of this version holds something else."""
    tree = api.list_repo_tree(repository, recursive=True, revision=tag, repo_type=DATASET)
    there = {each.path: each for each in tree if isinstance(each, RepoFile)}
    known = {file.path: file.sha256 for file in manifest.files}
    for name in _names(manifest):
        if name not in there or not _is(there[name], folder / name, known.get(name, "")):
            raise HubRefused(
                f"{repository} has a tag {tag} that is not this version ({name} differs): push it to "
                "another repository"
            )


def _is(there: RepoFile, here: Path, sha256: str) -> bool:
    """Whether a file of the repository is this one: by LFS's digest of it, or by git's."""
    if there.lfs is not None and sha256:
        return bool(there.lfs.sha256 == sha256)
    if there.size != here.stat().st_size:
        return False
    content = here.read_bytes()
    return bool(there.blob_id == sha1(b"blob %d\0" % len(content) + content).hexdigest())  # noqa: S324


def _names(manifest: Manifest) -> list[str]:
    return [*(file.path for file in manifest.files), "manifest.json"]


@contextmanager
def _in_our_words(repository: str) -> Iterator[None]:
    """What the Hub's library raises, in our words: no message of it is passed on but the Hub's own."""
    try:
        yield
    except trouble.HFValidationError:
        raise InvalidRequest(f"{repository!r} names no repository: write owner/name") from None
    except trouble.HfHubHTTPError as error:
        raise _refusal(error, repository) from None
    except trouble.HTTPError as error:  # type: ignore[attr-defined]  # of its HTTP library
        raise HubUnavailable(
            f"the Hub ({HfApi().endpoint}) does not answer: {type(error).__name__}; try again"
        ) from None
    except trouble.OfflineModeIsEnabled:
        raise HubUnavailable("HF_HUB_OFFLINE is set: the Hub is not asked") from None
    except RuntimeError as error:  # of a thread that sends a file: the reason is its cause
        if isinstance(error.__cause__, trouble.HfHubHTTPError):
            raise _refusal(error.__cause__, repository) from None
        raise HubUnavailable(f"the Hub did not take a file: {error}; try again") from None
    except ValueError as error:  # the card's head, or what LFS says
        raise HubRefused(f"the Hub does not take the version: {error}") from None


def _refusal(error: trouble.HfHubHTTPError, repository: str) -> HubRefused | HubUnavailable:
    status = error.response.status_code
    match status:
        case 401:
            return HubRefused(f"the Hub does not know the token: {TOKEN}")
        case 403:
            return HubRefused(f"the token has no right to write to {repository}: {TOKEN}")
        case 404:
            return HubRefused(f"there is no {repository}, or the token may not see it: {TOKEN}")
    said = error.server_message or "without a reason"
    if status >= 500 or status == 429:
        return HubUnavailable(f"the Hub answered {status} ({said}); try again")
    return HubRefused(f"the Hub refuses {repository}: {said} ({status})")
