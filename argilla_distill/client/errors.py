"""Every error of the client that is raised on purpose, in one tree. Each text says what to do.

`retry` says whether the same call may succeed later without anybody acting.

```
ClientError
├── WrongKey          the API key is nobody's, or cannot be one
├── NotAllowed        its owner may not see this: versions are for owners and admins
├── NotFound          no such dataset, version, tag, split or file; the text says what there is
│   └── NotMade       the version is being made                                    retry
├── Deleted           the version's files were deleted, its manifest is kept; or its dataset, in Argilla
├── Refused           what is asked for cannot be done, as things are
├── Damaged           a file is not what was written
├── Unavailable       the service does not answer, or something that it needs      retry
├── Failed            the service failed; its log says why
└── NotTheService     what answers at this address is something else
```
"""

from __future__ import annotations


class ClientError(Exception):
    """The root."""

    retry = False


class WrongKey(ClientError):
    """The API key is nobody's, or cannot be one."""


class NotAllowed(ClientError):
    """The key's owner may not see this."""


class NotFound(ClientError):
    """There is no such thing."""


class NotMade(NotFound):
    """A version that was asked for and is not there yet.

    Parameters
    ----------
    done, total : how far the stage in hand has come; 0 and 0 where that is not known.
    """

    retry = True

    def __init__(self, text: str, stage: str = "", done: int = 0, total: int = 0) -> None:
        super().__init__(text)
        self.stage = stage
        self.done = done
        self.total = total


class Deleted(ClientError):
    """The files of a version were deleted."""


class Refused(ClientError):
    """What is asked for cannot be done, as things are."""


class Damaged(ClientError):
    """A file is not what was written."""


class Unavailable(ClientError):
    """The service does not answer, or something that it needs."""

    retry = True


class Failed(ClientError):
    """The service failed."""


class NotTheService(ClientError):
    """Something else answers at this address."""
