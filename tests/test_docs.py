"""README.md, docs/ and the pages beside them are held to the code: all that there is, and nothing else."""

import importlib
import itertools
import re
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from argilla_distill.plugin.listener import create_app
from argilla_distill.plugin.settings import (
    ENVIRONMENT,
    FROM_FILES,
    DatasetSettings,
    Plan,
    Settings,
    Sources,
    read,
)
from argilla_distill.plugin.store import Store
from argilla_distill.workers.cli.main import cli
from argilla_distill.workers.engine import registry
from tests.deploy.exposition import exposed
from tests.places import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGES = {path: path.read_text() for path in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))}
BESIDE = {
    ROOT / name: (ROOT / name).read_text()
    for name in (
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "BENCHMARKS.md",
    )
}
"""Pages of the root that are not about using the service."""
README = PAGES[ROOT / "README.md"]
DOCS = "\n".join(PAGES.values())
NEEDED = {"ARGILLA_API_URL": "http://argilla.example", "ARGILLA_API_KEY": "some-key"}

COMPUTED = {
    *("argilla_public_url", "listener_url", "secret_key", "webhook_secrets", "config"),
    *("redis_ca", "redis_cert", "redis_cert_key", "redis_sentinels", "redis_sentinel_password"),
}
"""Settings whose empty default stands for something that README says in words."""


def rows(first: str) -> list[list[str]]:
    """The cells of the table whose head's first cell is `first`, without the head."""
    found = re.search(rf"^\| {first} \|.*\n\|[ -|]+\n((?:\|.*\n)+)", DOCS, re.MULTILINE)
    assert found is not None, f"no table of {first}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines()]


def code(cell: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def the_toml() -> str:
    (block,) = re.findall(r"^```toml\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    return str(block)


# Settings


def test_every_environment_variable_is_told_with_its_file_form() -> None:
    told = [code(row[0]) for row in rows("variable")]
    assert told == [
        [variable, f"{variable}_FILE"] if name in FROM_FILES else [variable]
        for name, variable in ENVIRONMENT.items()
    ]


def test_no_unknown_environment_variable_is_told() -> None:
    known = set(ENVIRONMENT.values()) | {f"{ENVIRONMENT[name]}_FILE" for name in FROM_FILES}
    assert set(re.findall(r"\b(?:DISTILL|ARGILLA)_[A-Z][A-Z_]*", DOCS)) == known


def test_the_defaults_of_environment_variables_are_true() -> None:
    settings = read(NEEDED)
    for row in rows("variable"):
        name = {variable: name for name, variable in ENVIRONMENT.items()}[code(row[0])[0]]
        default = getattr(settings, name)
        if Settings.model_fields[name].is_required():
            assert row[1] == "required"
        elif name in COMPUTED:
            assert not (default.get_secret_value() if name in FROM_FILES else default)
        else:
            (told,) = code(row[1])
            assert getattr(read({**NEEDED, ENVIRONMENT[name]: told}), name) == default


def test_every_key_of_a_dataset_is_told_with_its_default(tmp_path: Path) -> None:
    table = {code(row[0])[0]: code(row[1])[0] for row in rows("key")}
    assert set(table) == set(DatasetSettings.model_fields)
    config = tmp_path / "distill.toml"
    config.write_text("[defaults]\n" + "".join(f"{k} = {v}\n" for k, v in table.items()))
    plan = read({**NEEDED, "DISTILL_CONFIG": str(config)}).plan
    assert plan.dataset("any/dataset") == DatasetSettings.model_validate({})


def test_the_example_of_distill_toml_is_accepted_and_has_every_key(tmp_path: Path) -> None:
    config = tmp_path / "distill.toml"
    config.write_text(the_toml())
    plan = read({**NEEDED, "DISTILL_CONFIG": str(config)}).plan
    assert set(Plan.model_fields) == set(re.findall(r"^\[(\w+)", the_toml(), re.MULTILINE))
    used = {key for part in (plan.defaults, *plan.datasets.values()) for key in part}
    assert used == set(DatasetSettings.model_fields)
    assert plan.sources == Sources()
    assert [key for key in Sources.model_fields if f"\n{key} = " not in the_toml()] == []
    chatbot = plan.dataset("support/chatbot-feedback")
    assert chatbot.question("helpful").strategy == "majority"
    assert not plan.dataset("playground/anything").distil


# Commands


def options(command: click.Command) -> set[str]:
    """Every long option, help apart."""
    return {
        name
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in (*parameter.opts, *parameter.secondary_opts)
    }


def commands(group: click.Group = cli, prefix: str = "") -> dict[str, click.Command]:
    """Every command by its words: those of groups have several."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        words = f"{prefix}{name}"
        if isinstance(command, click.Group):
            found |= commands(command, f"{words} ")
        else:
            found[words] = command
    return found


def words(told: str) -> tuple[str, list[str]]:
    """The command and the arguments in what is told of one: `review enable DATASET`."""
    name, *rest = told.split()
    while name not in commands():
        word, *rest = rest
        name = f"{name} {word}"
    return name, rest


def test_every_command_is_told_with_its_options() -> None:
    told = {words(code(row[0])[0])[0]: set(code(row[1])) for row in rows("command")}
    assert told == {name: options(command) for name, command in commands().items()}


def test_commands_are_told_with_their_arguments() -> None:
    for row in rows("command"):
        name, arguments = words(code(row[0])[0])
        wanted = [p for p in commands()[name].params if isinstance(p, click.Argument)]
        assert len(arguments) == len(wanted)
        assert [a.endswith("…") for a in arguments] == [p.nargs == -1 for p in wanted]


def test_no_unknown_command_or_option_is_told() -> None:
    for told in re.findall(r"(?<![/\w-])argilla-distill ([a-z][^`\n#]*)", DOCS):
        name, rest = words(told)
        assert {word for word in rest if word.startswith("--")} <= options(commands()[name])
    for row in rows("command"):
        name, _ = words(code(row[0])[0])
        told = {word for word in code(row[2]) if word.startswith("--")}
        assert told <= options(commands()[name])


def test_every_exit_code_is_told() -> None:
    entry = importlib.import_module(
        "argilla_distill.workers.cli.main"
    )  # `workers.cli.main` is the function
    documented = set(re.findall(r"^\| (\d+) \|", entry.__doc__ or "", re.MULTILINE))
    source = Path(entry.__file__ or "").read_text()
    written = {
        n for line in re.findall(r"sys\.exit\((.*)\)", source) for n in re.findall(r"\d+", line)
    }
    assert documented
    assert {row[0] for row in rows("exit code")} == documented | written


# What can be seen


def test_every_metric_is_told_with_its_labels(store: Store) -> None:
    told = {code(row[0])[0]: set(code(row[1])) for row in rows("metric")}
    assert told == exposed(store)


def test_no_unknown_metric_is_told(store: Store) -> None:
    assert set(re.findall(r"\bdistill_[a-z_]+", DOCS)) == set(exposed(store))


def test_every_page_and_probe_is_told(store: Store) -> None:
    settings = read({**NEEDED, "DISTILL_REDIS_URL": "redis://127.0.0.1:1/0"})
    app = create_app(settings, store)
    served = {
        re.sub(r"<.*?>", "<id>", rule.rule)
        for rule in app.url_map.iter_rules()
        if "static" not in rule.endpoint and rule.rule != "/sign-out"
    }
    section = PAGES[ROOT / "docs/pages.md"].partition("| metric |")[0]
    assert set(re.findall(r"^\| `(/[^`]*)`", section, re.MULTILINE)) == served


@pytest.mark.parametrize("strategy", registry.names())
def test_strategies_are_told(strategy: str) -> None:
    assert f"- **`{strategy}`**" in DOCS


def test_no_unknown_strategy_is_told() -> None:
    assert set(re.findall(r"^- \*\*`(\w+)`\*\*", DOCS, re.MULTILINE)) == set(registry.names())


# The pages themselves


EVERY_PAGE = {**PAGES, **BESIDE}


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", EVERY_PAGE[page]):
        if not link.startswith("https://"):
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def test_every_page_is_linked_from_the_first() -> None:
    named = {f"docs/{page.name}" for page in PAGES if page.parent == ROOT / "docs"}
    assert named <= set(re.findall(r"\]\(([^)]+)\)", README))


def site(part: Any = None) -> list[tuple[str, str]]:
    """(title, page) of what the site shows, in its order, whatever it is nested in."""
    if part is None:
        part = tomllib.loads((ROOT / "docs/zensical.toml").read_text())["project"]["nav"]
    found: list[tuple[str, str]] = []
    for title, page in (pair for each in part for pair in each.items()):
        found += [(title, page)] if isinstance(page, str) else site(page)
    return found


def test_the_site_shows_every_page_once_in_the_order_of_the_first() -> None:
    shown = [page for _, page in site()]
    docs = [page for page in shown if (ROOT / "docs" / page).is_file()]
    assert docs == re.findall(r"^\| \[[^\]]+\]\(docs/([^)#]+)\)", README, re.MULTILINE)
    assert sorted(docs) == sorted(page.name for page in PAGES if page.parent != ROOT)
    assert sorted(set(shown) - set(docs)) == sorted(page.name for page in BESIDE)
    assert len(shown) == len(set(shown))


def test_titles_of_the_site_are_those_of_its_pages() -> None:
    for title, page in site():
        place = ROOT / "docs" / page if (ROOT / "docs" / page).is_file() else ROOT / page
        assert EVERY_PAGE[place].startswith(f"# {title}"), page


def test_every_chapter_leads_to_the_next() -> None:
    chapters = [page for _, page in site() if (ROOT / "docs" / page).is_file()]
    for page, following in itertools.pairwise(chapters[: chapters.index("settings.md")]):
        last = PAGES[ROOT / "docs" / page].strip().splitlines()[-1]
        assert last.startswith("Next: "), page
        assert f"({following}" in last, page


def test_the_rooms_of_the_architecture_are_those_that_there_are() -> None:
    text = BESIDE[ROOT / "ARCHITECTURE.md"]
    named = set(re.findall(r"`((?:plugin|workers|domain)/[\w/]+)`", text))
    missing = [
        name
        for name in named
        if not any(
            place.exists()
            for room in (ROOT / "argilla_distill" / name,)
            for place in (room.with_suffix(".py"), room / "__init__.py")
        )
    ]
    assert missing == []
    for folder in ("plugin", "workers"):
        rooms = {p.parent.name for p in (ROOT / folder).glob("*/__init__.py")}
        assert {f"{folder}/{room}" for room in rooms} <= named


def test_a_release_is_a_heading_and_nothing_else_is() -> None:
    text = BESIDE[ROOT / "CHANGELOG.md"]
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert [
        h for h in headings[1:] if not re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", h)
    ] == []
    for release in text.split("\n## ")[1:]:
        kinds = re.findall(r"^### (.*)$", release, re.MULTILINE)
        assert len(kinds) == len(set(kinds))
        assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_hooks_before_a_commit_run_what_is_locked() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]
    entries = re.findall(r"entry: (\S+)", hooks)
    assert len(entries) == hooks.count("- id:") == hooks.count("language: system")
    assert all(entry.startswith(".venv/bin/") for entry in entries)


def test_make_targets_are_there() -> None:
    makefile: Any = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make (\w+)", "\n".join(EVERY_PAGE.values())):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_first_page_stays_short() -> None:
    assert README.count("\n") <= 120


def test_alerts_point_to_a_chapter_that_there_is() -> None:
    text = (ROOT / "deploy" / "alerts.yaml").read_text()
    chapters = re.findall(r'docs/operating\.md, "([^"]+)"', text)
    operating = PAGES[ROOT / "docs/operating.md"]
    assert [f"## {chapter}\n" in operating for chapter in chapters] == [True]
