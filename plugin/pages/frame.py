"""What all pages have in common: who visits, HTML or JSON, and what is refused."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from flask import jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.nearest import or_which
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store, StoreError
from argilla_distill.plugin.store.trouble import trouble
from argilla_distill.plugin.visitors.accounts import Accounts, bearer
from argilla_distill.plugin.visitors.visitor import Refusal, Visitor

log = logging.getLogger("distill.pages")

NOT_YOURS = (
    "These pages are for Argilla's owners, for admins of the workspace in question, and for annotators "
    "their own. Either there is no such record, dataset or annotator, or it is not for you to see."
)
STORE_AWAY = "Nothing is lost; try again in a moment."

Page = Callable[..., AnyResponse]


@dataclass(frozen=True)
class Absent(Exception):
    """There is nothing to be shown: the answer to send instead. Whatever a page asks may raise it."""

    answer: AnyResponse


class Frame:
    """The frame round each page.

    Parameters
    ----------
    serve : gives the gateway, with the service's key, that reads a record's fields.
    clock : seconds since the epoch.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        accounts: Accounts,
        serve: Callable[[], Gateway],
        clock: Callable[[], float],
    ) -> None:
        self.settings = settings
        self.store = store
        self.accounts = accounts
        self._serve = serve
        self._clock = clock

    @property
    def gateway(self) -> Gateway:
        """Argilla, with the service's key."""
        return self._serve()

    def now(self) -> int:
        """Ms since the epoch."""
        return int(self._clock() * 1000)

    def prepare(self) -> None:
        """Without the key of the cookies there is no page: fails while Redis cannot give it."""
        self.accounts.cookies.key()

    def for_visitors(self, page: Page, options: Sequence[str] = ()) -> Page:
        """A page that is shown to nobody but visitors whom we know; it is called with who it is.

        Parameters
        ----------
        options : what may stand behind ? in its address. Others are refused where JSON is asked for: a
            script would take what it did not ask for.
        """

        def shown(**ids: Any) -> AnyResponse:
            visitor = self.accounts.visitor()
            if isinstance(visitor, Refusal):
                return self._refused(visitor)
            if visitor is None:
                return self._to_sign_in()
            unknown = [each for each in request.args if each not in options]
            if unknown and wants_json():
                text = f"There is no option {unknown[0]} here{or_which(unknown[0], options)}."
                return self.message(400, "No such option", text, visitor)
            try:
                return page(self, visitor, **ids)
            except Absent as absent:
                return absent.answer

        return shown

    # Pages, messages and refusals

    def answer(
        self, template: str, visitor: Visitor, content: Mapping[str, Any], **more: Any
    ) -> AnyResponse:
        """A page: `content` is all of its JSON, `more` is what only the layout needs."""
        if wants_json():
            return jsonify({name: plain(value) for name, value in content.items()})
        return self.page(template, visitor, **content, **more)

    def page(
        self, template: str, visitor: Visitor | None, status: int = 200, **values: Any
    ) -> AnyResponse:
        """A page of HTML. A script's request begins no session."""
        by_cookie = visitor is not None and bearer() is None
        values["token"] = self.accounts.token() if by_cookie else ""
        return make_response(render_template(template, visitor=visitor, **values), status)

    def message(
        self, status: int, title: str, text: str, visitor: Visitor | None = None
    ) -> AnyResponse:
        """A page of one sentence."""
        if wants_json():
            return make_response(jsonify(error=text), status)
        return self.page("message.html", visitor, status, title=title, text=text)

    def not_yours(self, visitor: Visitor) -> AnyResponse:
        """What somebody may not see looks like what is not there."""
        return self.message(403, "Not for this account", NOT_YOURS, visitor)

    def missing(self, visitor: Visitor, title: str, text: str) -> AnyResponse:
        """Something is not there. Only an owner, who may see everything, is shown that."""
        if visitor.role == "owner":
            return self.message(404, title, text, visitor)
        return self.not_yours(visitor)

    def no_question(self, visitor: Visitor, wanted: str, questions: Sequence[str]) -> AnyResponse:
        """A question is asked for that is not there, or is not distilled."""
        text = f"There is no question {wanted} here{or_which(wanted, questions)}."
        return self.message(404, "No such question", text, visitor)

    def store_away(self, error: StoreError) -> AnyResponse:
        """Redis does not answer."""
        log.warning("no page without redis: %s: %s", type(error).__name__, error)
        return self.message(503, "Back in a moment", f"{trouble(error).what}. {STORE_AWAY}")

    def _refused(self, refusal: Refusal) -> AnyResponse:
        answer = self.message(refusal.status, "Not let in", refusal.message)
        if refusal.status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"
        if refusal.wait_s:
            answer.headers["Retry-After"] = str(refusal.wait_s)
        return answer

    def _to_sign_in(self) -> AnyResponse:
        where = url_for("pages.sign_in")
        if wants_json():
            answer = make_response(jsonify(error="sign in first", sign_in=where), 401)
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        return redirect(url_for("pages.sign_in", next=request.full_path.rstrip("?")))


FORMER_NAMES = (
    ("reason", "word", "state"),
    ("review_reason", "review_word", "state"),
    ("fit", "version", "undecided"),
)
"""Keys of JSON, the name that each had in the last release and keeps for this one, and beside which key."""


def wants_json() -> bool:
    """Whether JSON is asked for; scripts, which carry a token, get it unless they ask for HTML."""
    kinds = ["text/html", "application/json"]
    if bearer() is not None:
        kinds.reverse()
    return request.accept_mimetypes.best_match(kinds, kinds[0]) == "application/json"


def plain(value: Any) -> Any:
    """A value of a page as JSON has it: dataclasses as objects, under their former names as well."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value, dict_factory=_with_former_names)
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _with_former_names(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON: what had another name in the last release has that as well."""
    plain = dict(pairs)
    former = {old: plain[new] for new, old, beside in FORMER_NAMES if {new, beside} <= plain.keys()}
    return plain | former
