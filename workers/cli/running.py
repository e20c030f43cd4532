"""Commands that run until they are stopped: `web`, `worker` and `cron`."""

from __future__ import annotations

import click

from argilla_distill.workers import processes
from argilla_distill.workers.cli.context import Opened


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--threads", type=click.IntRange(min=1), default=8, show_default=True)
@click.pass_obj
def web(opened: Opened, host: str, port: int, threads: int) -> None:
    """Take deliveries and show pages until stopped; what has arrived by then is answered."""
    from argilla_distill.plugin import listener, serving  # other commands need no Flask

    settings = opened.settings()
    try:
        at = serving.listen(host, port)
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {host}:{port}: {error.strerror or error}"
        ) from None
    serving.serve(listener.create_app(settings), at, settings, threads)


@click.command()
@click.option("--burst", is_flag=True, help="Stop when no job is left.")
@click.pass_obj
def worker(opened: Opened, burst: bool) -> None:
    """Take jobs until stopped. Start as many as you like, on as many machines as you like."""
    processes.worker(opened.settings(), burst)


@click.command()
@click.pass_obj
def cron(opened: Opened) -> None:
    """Wake what waits, look round every minute, sweep daily. One is enough; several do no harm."""
    processes.cron(opened.settings())


COMMANDS = (web, worker, cron)
