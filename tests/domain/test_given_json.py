"""JSON that somebody else wrote."""

from __future__ import annotations

import pytest

from argilla_distill.domain.given_json import NotGivenJson, parsed


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("{", "is not JSON: Expecting"),
        (b"\xff", "is not UTF-8"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"a":' * 100_000, "is nested too deeply"),
        ("9" * 5_000, "has a number of too many digits"),
        ("[NaN]", "is not JSON: NaN is no number"),
        ('{"a": -Infinity}', "is not JSON: -Infinity is no number"),
        ('{"a": "\\ud800"}', "holds half of a character"),
        ('{"\\uDFFF": 1}', "holds half of a character"),
    ],
)
def test_what_is_not_read_is_refused_in_a_sentence(given: str | bytes, why: str) -> None:
    with pytest.raises(NotGivenJson) as refused:
        parsed(given)
    assert str(refused.value).startswith(why)


def test_a_mistake_in_a_document_has_its_line() -> None:
    with pytest.raises(NotGivenJson) as refused:
        parsed('{\n"a": 1,\n"b" 2}')
    assert refused.value.line == 3


def test_whole_characters_are_read_however_they_are_written() -> None:
    assert parsed('"\\ud83d\\ude00 \\u00e9"') == parsed('"😀 é"'.encode()) == "😀 é"
    assert parsed('\ufeff"a"'.encode()) == "a"
    assert parsed('"\\\\ud800"') == "\\ud800"
