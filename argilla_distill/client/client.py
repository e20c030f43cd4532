"""The way in: a service, and whose rights apply."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from uuid import UUID

from argilla_distill.client.cache import Cache, usual_place
from argilla_distill.client.connection import Connection
from argilla_distill.client.dataset import RemoteDataset
from argilla_distill.client.downloads import Downloader
from argilla_distill.client.errors import NotFound
from argilla_distill.domain.nearest import did_you_mean

NOBODY = "00000000-0000-0000-0000-000000000000"
"""The id of no dataset: what is said of it tells whether somebody may see any."""


class Client:
    """A service, seen with an API key of Argilla's, whose owner's rights apply.

    Owners of Argilla see every dataset's versions, admins those of their workspaces, annotators none.

    Parameters
    ----------
    url : of the service's web process, such as `https://distill.example`.
    api_key : of Argilla; it is there under “My settings”.
    cache : where downloaded files are kept: a directory, True for the user's own cache, False for a
        directory that `close` deletes.
    progress : whether downloads show how far they are; None for where standard error is a terminal.
    timeout_s : how long to wait for each part of an answer.
    retries : how often a call is repeated that gets no answer, or one that says *later*.

    Examples
    --------
    >>> client = Client(URL, api_key=KEY)
    >>> client.datasets()
    ['support/chat']
    >>> client.dataset("support/chat").version("latest").records().to_pandas().shape[0]
    12
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        cache: str | Path | bool = True,
        progress: bool | None = None,
        timeout_s: float = 30.0,
        retries: int = 5,
    ) -> None:
        self._connection = Connection(url, api_key, timeout_s, retries)
        place = usual_place() if cache is True else Path(cache).expanduser() if cache else None
        self.cache = Cache(place)
        self._downloads = Downloader(self._connection, self.cache, progress)

    def __repr__(self) -> str:
        return f"<Client {self._connection.url}>"

    def datasets(self) -> list[str]:
        """The datasets whose versions the key's owner may see, as `workspace/name`.

        Raises
        ------
        WrongKey, NotAllowed, Unavailable : the key is nobody's, its owner is an annotator, no answer.
        """
        return sorted(self._ids())

    def dataset(self, name: str) -> RemoteDataset:
        """A dataset, by `workspace/name` or by its id.

        Raises
        ------
        NotFound : there is none that the key's owner may see; the nearest is named.
        WrongKey, NotAllowed, Unavailable : as of `datasets`.

        >>> Client(URL, api_key=KEY).dataset("support/chad")
        Traceback (most recent call last):
            ...
        argilla_distill.client.errors.NotFound: There is no dataset support/chad (did you mean support/chat?).
        """
        if _is_id(name):
            dataset = self._connection.json(f"/datasets/{name}/versions")["dataset"]
            return RemoteDataset(self._connection, self._downloads, dataset["id"], dataset["name"])
        ids = self._ids()
        if name not in ids:
            every = f"; there are {', '.join(sorted(ids))}" if ids else ": you may see none"
            raise NotFound(f"There is no dataset {name}{did_you_mean(name, ids) or every}.")
        if len(ids[name]) > 1:
            several = ", ".join(ids[name])
            raise NotFound(f"Several datasets are called {name}; take one by its id: {several}.")
        return RemoteDataset(self._connection, self._downloads, ids[name][0], name)

    def close(self) -> None:
        """Close the connection, and delete the cache where it is only this client's."""
        self._connection.close()
        self.cache.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ids(self) -> dict[str, list[str]]:
        """Name → ids of the datasets that may be seen: those that Argilla has, else those that it had."""
        overview = self._connection.json("/")
        if "examples" in overview:  # an annotator's own page, which knows no versions
            self._connection.json(f"/datasets/{NOBODY}/versions")
        found: dict[str, dict[str, bool]] = {}
        for each in overview["datasets"]:
            found.setdefault(each["name"], {})[each["id"]] = each["state"] == "deleted"
        return {
            name: [i for i, gone in ids.items() if not gone] or list(ids)
            for name, ids in found.items()
        }


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
