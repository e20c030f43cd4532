"""The command `argilla-distill` itself: settings, errors and exit codes, the same for every command.

| exit code | meaning |
| --- | --- |
| 0 | done, or healthy |
| 1 | not healthy, not found, not possible, or not to be told apart: the text says what to do |
| 2 | the command was not understood, or a file has bad rows |
| 3 | Argilla or Redis cannot be reached, a dataset is busy, or no worker is alive: try again |
| 4 | a setting is wrong, or Argilla refuses our key, or Redis our password |
| 129 | stopped as the terminal was closed |
| 130 | stopped with Ctrl-C |
| 143 | stopped by SIGTERM |
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from argilla_distill.plugin import store
from argilla_distill.plugin.argilla import gateway
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    DistillError,
    HubRefused,
    InvalidRequest,
    InvalidRows,
    InvalidSettings,
    NotInArgilla,
    StoreUnavailable,
)
from argilla_distill.plugin.settings import Settings, read
from argilla_distill.plugin.store.trouble import is_setting, with_address
from argilla_distill.workers.cli import (
    archiving,
    guidelines,
    leaving,
    looking,
    offline,
    operating,
    reviewing,
    rounds,
    running,
    runs,
    tracing,
    versions,
)
from argilla_distill.workers.cli.context import Opened, of_system, of_text
from argilla_distill.workers.cli.datasets import deleted_meanwhile
from argilla_distill.workers.engine.errors import BadPosterior, UnknownStrategy
from argilla_distill.workers.processes import collect_seldom, keep_to_one_core
from argilla_distill.workers.use_cases.world import World


@contextmanager
def _world() -> Iterator[World]:
    settings = _settings()
    state = store.connect(settings)
    argilla = gateway.connect(settings, state.service.time)
    try:
        world = World(argilla, state, settings)
        yield world
    except NotInArgilla:
        if told := deleted_meanwhile(world):
            raise InvalidRequest(told) from None
        raise
    except store.StoreError as error:
        message = with_address(error, settings.redis_url.get_secret_value())
        raise (InvalidSettings if is_setting(error) else StoreUnavailable)(message) from None
    finally:
        argilla.close()


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM, and a terminal that closes, end a command as Ctrl-C does: nothing half done is left."""

    def stop(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGHUP)}
    ours = [n for n, handler in before.items() if handler == signal.SIG_DFL]  # nohup ignores SIGHUP
    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _settings() -> Settings:
    settings = read(os.environ)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="argilla-distill")
@click.pass_context
def cli(context: click.Context) -> None:
    """Distils many answers in Argilla into one explained suggestion."""
    context.obj = Opened(world=_world, settings=_settings)
    if context.invoked_subcommand not in {command.name for command in running.COMMANDS}:
        context.with_resource(_stoppable())


for command in (
    *operating.COMMANDS,
    *leaving.COMMANDS,
    *guidelines.COMMANDS,
    *reviewing.COMMANDS,
    *looking.COMMANDS,
    *versions.COMMANDS,
    *archiving.COMMANDS,
    *rounds.COMMANDS,
    *runs.COMMANDS,
    *tracing.COMMANDS,
    *running.COMMANDS,
    *offline.COMMANDS,
):
    cli.add_command(of_text(command))


def main() -> None:
    """Run the command line."""
    keep_to_one_core()
    collect_seldom()
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _say("stopped; what was done so far is kept")
        sys.exit(130)
    except NotInArgilla as error:  # gone since the command found it
        _say(str(error))
        sys.exit(1)
    except (InvalidSettings, ArgillaRefused, HubRefused, UnknownStrategy) as error:
        _say(str(error))
        sys.exit(4)
    except InvalidRows as error:
        _say(str(error))
        sys.exit(2)
    except BadPosterior as error:
        _say(f"the strategy cannot be used: {error}")
        sys.exit(1)
    except DistillError as error:
        _say(str(error))
        sys.exit(3 if error.retry else 1)
    except OSError as error:  # a disk is full, a storage is away, a file may not be read
        logging.getLogger("distill.cli").debug("%s", error, exc_info=True)
        _say(of_system(error))
        sys.exit(1)


def _say(text: str) -> None:
    click.echo(f"argilla-distill: {text}", err=True)
