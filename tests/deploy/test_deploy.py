"""The files of deploy/ are held to the code, as far as that is possible without an engine."""

import importlib
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import redis

from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.settings import ENVIRONMENT, DatasetSettings, Plan, read
from argilla_distill.plugin.store import Store
from argilla_distill.workers.cli.main import cli
from demo.running.processes import Process
from demo.running.servers import redis_executable
from tests.deploy.exposition import exposed, without_part
from tests.places import ROOT

DEPLOY = ROOT / "deploy"

VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
METRIC = re.compile(r"\bdistill_[a-z_]+")


def yaml(path: Path) -> Any:
    """What a YAML file says (no types are shipped for the parser)."""
    return importlib.import_module("yaml").safe_load(path.read_text())


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(word, rest) for word, _, rest in (line.strip().partition(" ") for line in lines)]


def env_file(text: str) -> dict[str, str]:
    """The variables of an env file."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


EXAMPLE = env_file((DEPLOY / "example.env").read_text())
FILLED = {name: value or "0123456789abcdef" for name, value in EXAMPLE.items()}


def filled_in(value: Any, variables: Mapping[str, str]) -> Any:
    """A value of compose.yaml with its variables replaced, as compose does it."""
    if isinstance(value, dict):
        return {key: filled_in(v, variables) for key, v in value.items()}
    if isinstance(value, list):
        return [filled_in(v, variables) for v in value]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        name, kind, more = match.groups()
        if kind == "?" and not variables.get(name):
            raise LookupError(f"{name}: {more}")
        return variables.get(name) or (more if kind == "-" else "")

    return VARIABLE.sub(replace, value)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of compose.yaml, with the example's variables filled in."""
    return dict(filled_in(yaml(DEPLOY / "compose.yaml")["services"], FILLED))


# The image


def test_what_the_image_copies_is_there_and_is_sent_to_the_engine() -> None:
    sent = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"
    ]
    copied = [
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from=")
        for source in rest.split()[:-1]
    ]
    assert set(copied) == set(sent)
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_the_image_runs_without_a_shell_and_without_rights() -> None:
    final = instructions()[max(i for i, (word, _) in enumerate(instructions()) if word == "FROM") :]
    by_word = {word: rest for word, rest in final if word}
    assert int(by_word["USER"]) > 0
    command = json.loads(by_word["CMD"])
    assert command[:2] == ["argilla-distill", "web"]
    assert "ENTRYPOINT" not in by_word
    assert json.loads(by_word["HEALTHCHECK"].partition("CMD ")[2])[0] == "python"
    assert "PYTHONUNBUFFERED=1" in by_word["ENV"]


def test_the_web_process_is_started_as_the_procfile_starts_it() -> None:
    """`argilla-distill web`, with options that there are; in containers for all addresses."""
    unit = (DEPLOY / "argilla-distill-web.service").read_text()
    (started,) = re.findall(r"^ExecStart=/opt/argilla-distill/bin/(.*)$", unit, re.MULTILINE)
    (listed,) = re.findall(r"^web: (.*)$", (ROOT / "Procfile").read_text(), re.MULTILINE)
    (final,) = [json.loads(rest) for word, rest in instructions() if word == "CMD"]
    for words in (started.split(), listed.replace("${PORT:-8000}", "8000").split(), final):
        assert words[:2] == ["argilla-distill", "web"]
        given = cli.commands["web"].make_context("web", list(words[2:])).params
        assert given["port"] == 8000
        assert given["host"] == ("127.0.0.1" if words == started.split() else "0.0.0.0")


def pins(path: Path) -> dict[str, list[str]]:
    """Requirement with its marker → its hashes."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if line.startswith("    --hash="):
            found[next(reversed(found))].append(line.strip(" \\"))
        elif line and not line.startswith("#"):
            found[line.strip(" \\")] = []
    return found


def test_the_image_holds_the_very_releases_that_were_tested() -> None:
    tested, shipped = pins(ROOT / "requirements.lock"), pins(DEPLOY / "requirements.lock")
    by_release = {pin.partition(" ;")[0]: hashes for pin, hashes in tested.items()}
    for pin, hashes in shipped.items():
        assert hashes, pin
        assert by_release[pin.partition(" ;")[0]] == hashes


def test_the_image_holds_all_that_is_imported_and_no_tool_of_the_developers() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    wanted = re.search(r"^dependencies = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    tools = re.search(r"^dev = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert wanted is not None
    assert tools is not None
    shipped = {pin.partition("==")[0] for pin in pins(DEPLOY / "requirements.lock")}
    assert set(re.findall(r'^    "([\w-]+)', wanted[1], re.MULTILINE)) <= shipped
    assert not set(re.findall(r'^    "([\w-]+)', tools[1], re.MULTILINE)) & shipped


# Compose


def test_compose_refuses_the_example_as_it_is_and_so_do_our_settings() -> None:
    with pytest.raises(LookupError):
        filled_in(yaml(DEPLOY / "compose.yaml")["services"], EXAMPLE)
    with pytest.raises(InvalidSettings, match="ARGILLA_API_KEY"):
        read(
            {
                "ARGILLA_API_URL": "http://argilla:6900",
                "ARGILLA_API_KEY": EXAMPLE["ARGILLA_API_KEY"],
            }
        )


def test_every_variable_of_compose_is_in_the_example_and_the_other_way_round() -> None:
    used = {match[1] for match in VARIABLE.finditer((DEPLOY / "compose.yaml").read_text())}
    assert used == set(EXAMPLE)


@pytest.mark.parametrize("name", ["web", "worker", "cron"])
def test_our_settings_accept_what_compose_gives_to(name: str, services: dict[str, Any]) -> None:
    environment = services[name]["environment"]
    mounted = dict(volume.split(":")[1::-1] for volume in services[name]["volumes"])
    config = DEPLOY / mounted[environment["DISTILL_CONFIG"]]
    settings = read({**environment, "DISTILL_CONFIG": str(config)})
    assert set(environment) <= set(ENVIRONMENT.values())
    assert settings.delivery_url == "http://web:8000/webhooks/argilla"
    assert settings.redis_url.get_secret_value().endswith("@distill-redis:6379/5")


def test_our_history_cannot_fill_argillas_redis(services: dict[str, Any]) -> None:
    """It once did, and annotators got 500: ours is another server with other data and a limit."""
    for name in ("argilla", "argilla-worker"):
        assert services[name]["environment"]["ARGILLA_REDIS_URL"].endswith("@redis:6379/0")
    ours, theirs = services["distill-redis"], services["redis"]
    assert not {v.split(":")[0] for v in ours["volumes"]} & {
        v.split(":")[0] for v in theirs["volumes"]
    }
    assert ours["command"][-2:] == ["--maxmemory", EXAMPLE["DISTILL_REDIS_MAXMEMORY"]]
    for name in ("web", "worker", "cron"):
        assert "redis" not in services[name]["depends_on"]


def test_argilla_is_the_release_that_the_live_tests_run(services: dict[str, Any]) -> None:
    lock = (ROOT / "demo" / "argilla-server.lock").read_text()
    release = re.search(r"^argilla-server==(\S+)", lock, re.MULTILINE)
    assert release is not None
    for name in ("argilla", "argilla-worker"):
        assert services[name]["image"] == f"argilla/argilla-server:v{release[1]}"
    default = f"${{ARGILLA_IMAGE:-argilla/argilla-server:v{release[1]}}}"
    assert default in (DEPLOY / "compose.yaml").read_text()


def test_services_wait_for_such_as_can_be_seen_to_be_healthy(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["restart"] == "unless-stopped", name
        for other, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "test" in services[other]["healthcheck"], f"{name} waits for {other}"


def test_compose_runs_commands_that_there_are(services: dict[str, Any]) -> None:
    for name in ("worker", "cron"):
        program, command = services[name]["command"]
        assert program == "argilla-distill"
        assert command in cli.commands
        assert services[name]["healthcheck"] == {"disable": True}
    assert "command" not in services["web"]


def test_compose_publishes_argilla_and_our_pages_and_nothing_else(services: dict[str, Any]) -> None:
    published = {name: s["ports"] for name, s in services.items() if "ports" in s}
    assert published == {"web": ["127.0.0.1:8000:8000"], "argilla": ["127.0.0.1:6900:6900"]}


def test_volumes_are_declared_and_mounted_files_are_there(services: dict[str, Any]) -> None:
    declared = set(yaml(DEPLOY / "compose.yaml")["volumes"])
    sources = {v.split(":")[0] for s in services.values() for v in s.get("volumes", [])}
    files = {source for source in sources if source.startswith(".")}
    assert sources - files == declared
    assert [f for f in sorted(files) if not (DEPLOY / f).is_file()] == []


def test_docker_itself_understands_compose(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if (
        docker is None
        or subprocess.run([docker, "compose", "version"], capture_output=True).returncode
    ):
        pytest.skip("no docker with its compose plugin here")
    variables = tmp_path / "filled.env"
    variables.write_text("".join(f"{name}={value}\n" for name, value in FILLED.items()))
    files = ["-f", str(DEPLOY / "compose.yaml"), "--env-file", str(variables)]
    done = subprocess.run(
        [docker, "compose", *files, "config", "--quiet"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


# What else is configured


def test_distill_toml_spells_out_the_defaults() -> None:
    needed = {"ARGILLA_API_URL": "http://argilla", "ARGILLA_API_KEY": "key"}
    plan = read({**needed, "DISTILL_CONFIG": str(DEPLOY / "distill.toml")}).plan
    assert plan.dataset("any/dataset") == DatasetSettings.model_validate({})
    assert plan.sources == Plan().sources
    assert set(plan.defaults) == set(DatasetSettings.model_fields) - {"questions"}


def test_redis_takes_the_configuration_and_is_durable(tmp_path: Path) -> None:
    socket = tmp_path / "r"
    where = ["--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path)]
    argv = [redis_executable(), str(DEPLOY / "redis.conf"), *where, "--requirepass", "word"]
    with (
        redis.Redis(unix_socket_path=str(socket), password="word") as client,
        Process("redis", argv, {}, tmp_path / "log", ready=client.ping),
    ):
        assert client.info("persistence")["aof_enabled"] == 1
        assert client.info("memory")["maxmemory_policy"] == "noeviction"
        assert client.config_get("appendfsync") == {"appendfsync": "everysec"}


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*.service")), ids=lambda path: path.name)
def test_systemd_starts_programs_of_ours(path: Path) -> None:
    start = re.search(
        r"^ExecStart=/opt/argilla-distill/bin/(\S+)(.*)$", path.read_text(), re.MULTILINE
    )
    assert start is not None
    assert start[1] == "argilla-distill"
    if "%i" in start[2]:
        instances = set(re.findall(r"argilla-distill@(\w+)", path.read_text()))
        assert instances == {"worker", "cron"} <= set(cli.commands)
        assert start[2].split() == ["%i"]
    else:
        assert start[2].split()[0] in cli.commands
    assert "EnvironmentFile=/etc/argilla-distill.env" in path.read_text()


# Watching


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml(DEPLOY / "alerts.yaml")["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    return dict(json.loads((DEPLOY / "grafana.json").read_text()))


def queries() -> list[str]:
    """Every PromQL expression of the dashboard and the alerts."""
    board = dashboard()
    shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    asked = [v["query"]["query"] for v in board["templating"]["list"] if v["type"] == "query"]
    return [*shown, *asked, *(rule["expr"] for rule in rules())]


def test_every_metric_that_is_asked_for_exists(store: Store) -> None:
    known = exposed(store)
    asked = {without_part(name, known) for query in queries() for name in METRIC.findall(query)}
    assert asked <= set(known)


FORMER_METRICS = {"distill_model_version"}
"""Names of the last release, which stay for this one beside the new: nobody needs both on a dashboard."""


def test_the_dashboard_shows_every_metric(store: Store) -> None:
    known = exposed(store)
    text = json.dumps(dashboard()["panels"])
    assert {without_part(name, known) for name in METRIC.findall(text)} == set(
        known
    ) - FORMER_METRICS


def test_every_label_that_is_asked_for_exists_on_its_metric(store: Store) -> None:
    known = exposed(store)
    for query in queries():
        allowed = {"le", "job"}.union(
            *(known[without_part(name, known)] for name in METRIC.findall(query))
        )
        grouped = [part for by in re.findall(r"by \(([^)]*)\)", query) for part in by.split(",")]
        matched = re.findall(r"(\w+)\s*[=!]~?\s*\"", query)
        assert {name.strip() for name in [*grouped, *matched]} <= allowed, query


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        p = panel["gridPos"]
        cells = {
            (x, y) for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_panel_asks_the_data_source_that_is_chosen() -> None:
    board = dashboard()
    assert ("datasource", "datasource") in {
        (v["name"], v["type"]) for v in board["templating"]["list"]
    }
    for panel in board["panels"]:
        for part in (panel, *panel["targets"]):
            assert part["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_alerts_have_names_of_their_own_and_say_what_to_do() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules())
    for rule in rules():
        assert {"summary", "description"} <= set(rule["annotations"])
        assert rule["labels"]["severity"] in ("warning", "critical")
        for command in re.findall(r"`argilla-distill ([\w-]+)", str(rule["annotations"])):
            assert command in cli.commands


def test_prometheus_scrapes_our_listener_and_loads_our_alerts(services: dict[str, Any]) -> None:
    config = yaml(DEPLOY / "prometheus.yml")
    (scrape,) = config["scrape_configs"]
    assert [name for name in config["rule_files"] if not (DEPLOY / name).is_file()] == []
    assert scrape["static_configs"] == [{"targets": ["web:8000"]}]
    assert "web" in services
    jobs = {job for query in queries() for job in re.findall(r'job="([^"]+)"', query)}
    assert jobs == {scrape["job_name"]}


def test_the_commands_in_comments_exist() -> None:
    for path in DEPLOY.iterdir():
        text = path.read_text()
        named = re.findall(r"(?:`|exec worker )argilla-distill ([\w-]+)", text)
        assert set(named) <= set(cli.commands), path.name
