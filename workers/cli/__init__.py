"""The command line `argilla-distill`: one file per group of commands, `main` is the entry point."""

from argilla_distill.workers.cli.main import main

__all__ = ["main"]
