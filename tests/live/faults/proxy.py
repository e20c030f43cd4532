"""An HTTP proxy that tests put between two parts to disturb what passes: 503s, silence, hooks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Hook = Callable[[str, bytes, Mapping[str, str]], int | None]
"""Told path, body and headers of a request: a status to answer with, or None to pass it on."""


class Proxy:
    """Passes requests on to `target`, unless `fault` is "503" or "silence", or the hook answers."""

    def __init__(self, target: str, hook: Hook | None = None) -> None:
        self.target = target
        self.hook = hook
        self.fault = ""
        self._client = httpx.Client(timeout=60)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._client.close()

    def pass_on(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        """Send a request to the target."""
        kept = {k: v for k, v in headers.items() if k.lower() not in ("host", "connection")}
        return self._client.request(method, self.target + path, content=body, headers=kept)

    def _handler(proxy) -> type[BaseHTTPRequestHandler]:  # the inner class has its own self
        class Handler(BaseHTTPRequestHandler):
            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = dict(self.headers.items())
                if proxy.fault == "silence":
                    time.sleep(60)
                    return
                status = 503 if proxy.fault == "503" else None
                if status is None and proxy.hook is not None:
                    status = proxy.hook(self.path, body, headers)
                if status is not None:
                    self._answer(status, b"{}", "application/json")
                    return
                try:
                    answer = proxy.pass_on(self.command, self.path, body, headers)
                except httpx.HTTPError:
                    self._answer(502, b"{}", "application/json")
                    return
                kind = answer.headers.get("content-type", "application/json")
                self._answer(answer.status_code, answer.content, kind)

            def _answer(self, status: int, content: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any

            def log_message(self, format: str, *args: Any) -> None: ...

        return Handler
