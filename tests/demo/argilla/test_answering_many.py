"""An answer that Argilla refuses in a bulk call is not taken for given."""

from __future__ import annotations

import httpx
import pytest

from demo.argilla.api import Api


@pytest.fixture
def api() -> Api:
    """An Argilla that takes the first answer of a call and refuses the others."""

    def answer(request: httpx.Request) -> httpx.Response:
        items = [{"item": {"id": "1"}, "error": None}]
        items += [{"item": None, "error": {"detail": "record is gone"}}]
        return httpx.Response(200, json={"items": items})

    made = Api("http://argilla.invalid", "key")
    made.http.close()
    made.http = httpx.Client(base_url=made.url, transport=httpx.MockTransport(answer))
    return made


def test_single_answers_that_are_refused_are_an_error(api: Api) -> None:
    with pytest.raises(AssertionError, match="refused 1 of 2 answers: "):
        api.answer_many([("a", {"topic": "x"}), ("b", {"topic": "x"})])


def test_whoever_tries_again_is_told_which_are_not_taken(api: Api) -> None:
    taken = api.try_to_answer([("a", {"topic": "x"}), ("b", {"topic": "x"})])
    assert [bool(each["error"]) for each in taken] == [False, True]
