"""Commands that run until they are stopped: `worker` and `cron` (the web is gunicorn's)."""

from __future__ import annotations

import click

from workers import processes
from workers.cli.context import Opened


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


COMMANDS = (worker, cron)
