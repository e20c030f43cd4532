"""What Argilla refuses, as an error."""

from __future__ import annotations

import httpx


class ApiError(AssertionError):
    """Argilla refused a call; `status` is the HTTP code, `body` its answer."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.body = response.text
        request = response.request
        super().__init__(f"{request.method} {request.url}: {self.status} {self.body[:500]}")
