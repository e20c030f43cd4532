"""Every error that we raise on purpose, in one tree. Each says whether trying again can help.

By that the command line chooses its exit code: 3 where it can, 1 where it cannot. What Redis's own
library raises is `store.StoreError`, which web process and workers outlive and a command cannot.

```
DistillError
├── InvalidSettings        the environment or distill.toml is wrong; a human must act
├── InvalidRequest         somebody asks for what there is not; the text says what there is
│   └── InvalidRows            a file that was given has rows that are none; the text lists them
├── BadDelivery            a webhook request that we refuse (carries its HTTP status)
├── ArchiveUnavailable     old entries of a history, in files, are not reached   retry
├── ArchiveDamaged         such a file is gone or damaged; a human must act
├── StoreUnavailable       a command met a Redis that does not answer     retry
├── LeaseLost              another distiller took the dataset over        retry
├── DatasetBusy            somebody else holds the dataset's lease        retry
├── NoWorker               no worker is alive to do what is waited for    retry
├── ArgillaUnavailable     no answer, a time-out, or 5xx                  retry
├── ArgillaRefused         401, 403 or another final 4xx
│   └── NotInArgilla           404: the thing is gone
├── InvalidValue           422: Argilla does not accept what we sent
├── HubUnavailable         the Hugging Face Hub does not answer           retry
└── HubRefused             it does not take what is pushed; a human must act
```
"""

from __future__ import annotations


class DistillError(Exception):
    """The root. `retry` is True where the same call may succeed later without anybody acting."""

    retry = False


class InvalidSettings(DistillError):
    """A setting is missing, unknown or malformed. The text names it and says what to do."""


class InvalidRequest(DistillError):
    """Somebody asks for what cannot be. The text says why, and what can."""


class InvalidRows(InvalidRequest):
    """A file of outputs, predictions or failures has rows that cannot be taken. The text lists the first."""


class BadDelivery(DistillError):
    """A webhook request that we refuse.

    Parameters
    ----------
    status : the HTTP status to answer, 4xx.
    reason : one word for the metrics, such as ``signature``.
    message : what is wrong, for the JSON answer; holds nothing secret.
    """

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class ArchiveUnavailable(DistillError):
    """Old entries of a history lie in files, and where these are does not answer. Nothing is lost."""

    retry = True


class ArchiveDamaged(DistillError):
    """A file with old entries of a history is gone, or not what was written. The text says which."""


class StoreUnavailable(DistillError):
    """A command cannot go on because Redis does not answer, or takes nothing."""

    retry = True


class LeaseLost(DistillError):
    """The dataset's lease ran out and somebody else may hold it: nothing more may be written."""

    retry = True


class DatasetBusy(DistillError):
    """Somebody else held the dataset's lease for longer than we were ready to wait."""

    retry = True


class NoWorker(DistillError):
    """No worker is alive that could do what is waited for."""

    retry = True


class ArgillaUnavailable(DistillError):
    """Argilla does not answer, answers too late, or answers 5xx."""

    retry = True


class ArgillaRefused(DistillError):
    """Argilla answers with a final 4xx, most often because the key is wrong or not an owner's."""


class NotInArgilla(ArgillaRefused):
    """Argilla has no such thing (any more)."""


class InvalidValue(DistillError):
    """Argilla does not accept a value that we sent (422)."""


class HubUnavailable(DistillError):
    """The Hugging Face Hub does not answer, answers too late, or answers 5xx."""

    retry = True


class HubRefused(DistillError):
    """The Hub does not take what is pushed: no token, no right to write, or something is there."""
