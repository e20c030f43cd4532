"""A failure is shown when it happens, not only at the end: live tests take minutes."""

from __future__ import annotations

import pytest


class AtOnce:
    """Writes every failure to the terminal as it is reported. The summary at the end stays."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    @pytest.hookimpl(trylast=True)  # after the terminal has written the test's letter or name
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.write_sep("_", f"{report.nodeid} failed ({report.when})", red=True)
            self._terminal.write_line(report.longreprtext)


def register(config: pytest.Config) -> None:
    """Where there is a terminal: not in the processes that xdist starts."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if isinstance(terminal, pytest.TerminalReporter):
        config.pluginmanager.register(AtOnce(terminal), "at-once")
