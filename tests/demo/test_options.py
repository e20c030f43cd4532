"""The command line of the demo."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from demo.options import Options, parse


def test_without_arguments_the_built_in_demo_stays_up() -> None:
    assert parse([]) == Options()


def test_every_option_is_understood() -> None:
    words = "--answers rte --exit --seed 3 --speed inf --records 60 --overlap 4 --port 81"
    assert parse([*words.split(), "--argilla-port", "82"]) == Options(
        answers=Path("rte"),
        exit=True,
        seed=3,
        speed=math.inf,
        records=60,
        overlap=4,
        port=81,
        argilla_port=82,
    )


def test_the_loop_goes_with_a_seed_ports_and_an_end() -> None:
    found = parse(["--loop", "--exit", "--seed", "3", "--port", "81", "--argilla-port", "82"])
    assert found == Options(loop=True, exit=True, seed=3, port=81, argilla_port=82)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("--loop --answers rte", "--answers does not go with --loop"),
        ("--loop --speed 2", "--speed does not go with --loop"),
        ("--loop --records 5", "--records does not go with --loop"),
        ("--loop --overlap 2", "--overlap does not go with --loop"),
        ("--records 0", "--records: 0 must be a whole number, 1 or more"),
        ("--overlap -1", "--overlap: -1 must be a whole number, 1 or more"),
        ("--speed 0", "--speed: 0 must be a number, more than 0"),
        ("--speed nan", "--speed: nan must be a number, more than 0"),
        ("--speed fast", "--speed: fast must be a number, more than 0"),
        ("--port 65536", "--port: 65536 is no port"),
        ("--argilla-port http", "--argilla-port: http is no port"),
        ("--answers", "--answers: expected one argument"),
        ("rte", "unrecognized arguments: rte"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(
    words: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(words.split())
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err
