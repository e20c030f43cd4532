"""What is shown where there is no page: in our own frame for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Callable

from flask import jsonify, make_response, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.plugin.pages.frame import Frame

PROGRAMS = ("/webhooks/", "/healthz", "/readyz", "/metrics")
"""Nobody looks at these paths: they answer in JSON whatever is asked for."""

MESSAGES = {
    400: ("That cannot be read", "Something in this request is not as it should be."),
    403: ("Not for this account", "This is not for you to see."),
    404: (
        "There is no such page",
        "The address is mistyped, or what it led to is gone. Everything that you may see is to be "
        "reached from the first page.",
    ),
    405: ("That cannot be done here", "This page can be looked at, and no more."),
    413: (
        "That is too large",
        "What is sent here at once has {limit:,} bytes at most, and this has more. Shorten the longest text "
        "in it, such as a note.",
    ),
    500: (
        "Something went wrong, on our side",
        "What happened is in the log of the web process. No answer of anybody's is lost by it.",
    ),
    503: ("Back in a moment", "Something that we need does not answer. Try again in a moment."),
}


def failed(
    frame: Frame, seal: Callable[[AnyResponse], AnyResponse], error: HTTPException
) -> AnyResponse:
    """The answer to a request that has no page, with the status and the headers of the error."""
    plain = error.get_response()
    if plain.status_code < 400:  # a redirect, as Flask makes them
        return make_response(plain)
    status = plain.status_code
    title, text = MESSAGES.get(status, (error.name, error.description or error.name))
    text = text.format(limit=request.max_content_length)
    if request.path.startswith(PROGRAMS):
        answer: AnyResponse = make_response(jsonify(error=error.description or text), status)
    else:
        answer = seal(frame.message(status, title, text))
    for name in ("Allow", "Retry-After"):
        if name in plain.headers:
            answer.headers[name] = plain.headers[name]
    return answer
