"""What `pip install` puts on a machine: one name and all its files, from a checkout as from an sdist."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from argilla_distill.plugin.dispatch import REPORT, Dispatch
from argilla_distill.plugin.store import Store
from tests.places import ROOT
from tests.whole_contract import WHOLE_CONTRACT
from tests.workers.stored_dataset import D, StoredDataset

PARTS = ("argilla_distill", "plugin", "workers")
BUILD = "import sys, setuptools.build_meta as backend; getattr(backend, sys.argv[1])(sys.argv[2])"
COMMAND = "from argilla_distill.workers.cli import main; main()"
WITHOUT_PYTHON = shutil.ignore_patterns("__pycache__", "*.egg-info")


def build(what: str, source: Path, into: Path) -> Path:
    """Build `wheel` or `sdist` as pip does without isolation: with the setuptools that is locked."""
    into.mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-c", BUILD, f"build_{what}", str(into)],
        cwd=source,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = into.iterdir()
    return built


def contents(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The parts of the repository that are packaged, links as links, so that nothing is built in it."""
    copy = tmp_path_factory.mktemp("checkout")
    for part in PARTS:
        shutil.copytree(ROOT / part, copy / part, symlinks=True, ignore=WITHOUT_PYTHON)
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    return copy


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", checkout, tmp_path_factory.mktemp("wheel") / "dist")


@pytest.fixture(scope="module")
def sdist(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", checkout, tmp_path_factory.mktemp("sdist") / "dist")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel, and the test environment's libraries behind it.

    A `.pth` file of a folder that a `.pth` file names is not read: the editable install is not seen.
    """
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True, with_pip=False)
    (site,) = home.glob("lib/python3*/site-packages")
    with ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return home / "bin" / "python"


def run(python: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program in that environment, away from the repository."""
    return subprocess.run(
        [str(python), *words],
        cwd=python.parent,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )


# Links


def test_the_repository_has_two_links_and_both_are_relative() -> None:
    """A tar, a clone and `COPY` of a container keep them; a link of a machine's own leads nowhere there."""
    listed = subprocess.run(["git", "ls-files", "-s"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    links = [
        line.split("\t")[1] for line in listed.stdout.splitlines() if line.startswith("120000")
    ]
    assert {name: os.readlink(ROOT / name) for name in links} == {
        "argilla_distill/plugin": "../plugin",
        "argilla_distill/workers": "../workers",
    }


def test_the_image_copies_the_links_together_with_what_they_lead_to() -> None:
    """`COPY` keeps a link as a link: it leads somewhere only if its target stands beside it."""
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    for part in PARTS:
        assert f"COPY {part} /build/{part}\n" in dockerfile
    assert set(PARTS) <= {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines()
    }


# Wheel and source distribution


def test_a_wheel_has_one_name_at_its_top(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in contents(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"argilla_distill"}
    assert len(tops) == 2


def test_a_wheel_has_every_file_of_the_package_once(wheel: Path) -> None:
    packed = contents(wheel)
    wanted = {
        f"{prefix}{path.relative_to(ROOT / part)}": path.read_bytes()
        for part, prefix in zip(PARTS, ("", "plugin/", "workers/"), strict=True)
        for path in (ROOT / part).rglob("*")
        if path.suffix in (".py", ".html", ".css", ".svg", ".typed")
        and not path.is_relative_to(ROOT / "argilla_distill" / "plugin")
        and not path.is_relative_to(ROOT / "argilla_distill" / "workers")
    }
    assert {"py.typed", "plugin/templates/base.html", "plugin/static/style.css"} <= set(wanted)
    ours = {
        name.removeprefix("argilla_distill/"): body
        for name, body in packed.items()
        if name.startswith("argilla_distill/")
    }
    assert ours == wanted


def test_a_source_distribution_has_files_where_the_checkout_has_links(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
    assert [m.name for m in members if m.issym() or m.islnk()] == []
    names = {m.name.partition("/")[2] for m in members if m.isfile()}
    assert "argilla_distill/plugin/static/style.css" in names
    tops = {name.partition("/")[0] for name in names if "/" in name}
    assert tops == {"argilla_distill", "argilla_distill.egg-info"}


def test_a_source_distribution_builds_the_same_wheel(
    sdist: Path, wheel: Path, tmp_path: Path
) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path)
    (source,) = tmp_path.iterdir()
    again = build("wheel", source, tmp_path / "dist")
    assert again.name == wheel.name
    assert contents(again) == contents(wheel)


# Installed


def test_only_one_name_can_be_imported_and_it_knows_its_version(installed: Path) -> None:
    program = (
        "import importlib.util as u, argilla_distill as a\n"
        "print(*(u.find_spec(n) is not None for n in ('argilla_distill', 'plugin', 'workers')))\n"
        "print(a.__version__, a.__file__)"
    )
    names, version = run(installed, "-c", program).stdout.splitlines()
    assert names == "True False False"
    number, file = version.split()
    assert f'version = "{number}"' in (ROOT / "pyproject.toml").read_text()
    assert Path(file).is_relative_to(installed.parents[1])


def test_an_installed_page_finds_its_templates_and_its_style_sheet(installed: Path) -> None:
    program = """
import redis
from argilla_distill.plugin.listener import create_app
from argilla_distill.plugin.settings import read
from argilla_distill.plugin.store import Store
needed = {"ARGILLA_API_URL": "http://127.0.0.1:1", "ARGILLA_API_KEY": "some-key"}
where = "redis://127.0.0.1:1/5"
store = Store(redis.Redis.from_url(where), "distill")
settings = read({**needed, "DISTILL_REDIS_URL": where, "DISTILL_SECRET_KEY": "k" * 32})
pages = create_app(settings, store).test_client()
page, sheet = pages.get("/sign-in"), pages.get("/static/style.css")
print(page.status_code, b"style.css" in page.data, sheet.status_code, sheet.content_type)
"""
    done = run(installed, "-c", program)
    assert done.stdout == "200 True 200 text/css; charset=utf-8\n", done.stderr


def test_an_installed_worker_does_a_job(installed: Path, store: Store, redis_url: str) -> None:
    stored = StoredDataset(store)
    stored.say("r1", "apple apple")
    stored.close()
    queue = f"{store.keys.prefix}-jobs"
    Dispatch(store, queue).enqueue(REPORT, D)
    environment = {
        "ARGILLA_API_URL": "http://127.0.0.1:9",  # nobody listens: there are no texts in the report
        "ARGILLA_API_KEY": "owner.apikey",
        "DISTILL_REDIS_URL": redis_url,
        "DISTILL_QUEUE": queue,
        "DISTILL_KEY_PREFIX": store.keys.prefix,
    }
    done = run(installed, "-c", COMMAND, "worker", "--burst", **environment)
    assert f"report dataset={D} records=1 votes=2 outcome=done" in done.stderr, done.stderr
    counted = store.reports.question(D, "topic")
    assert counted is not None
    assert counted.votes == 2


def test_an_installed_command_distils_a_file(installed: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.csv"
    answers.write_text("task,worker,label\n1,a,yes\n1,b,yes\n1,c,no\n")
    done = run(installed, "-c", COMMAND, "aggregate", str(answers), "--type", "label")
    assert '"value": "yes"' in done.stdout, done.stderr


def test_a_strategy_written_elsewhere_is_typed(installed: Path, tmp_path: Path) -> None:
    """Under mypy strict, by the types that the installed package has; nobody needs its inner names."""
    (tmp_path / "acme_whole.py").write_text(WHOLE_CONTRACT)
    strategy = tmp_path / "acme_rules.py"
    strategy.write_text(
        "from argilla_distill.strategies import Custom\n\n\n"
        'class Acme(Custom):\n    name = "acme"\n\n\n'
        "reveal_type(Acme.name)\n"
        "Acme.no_such_thing\n"
    )
    options = ["--strict", "--cache-dir", os.devnull, "--config-file", os.devnull]
    where = ["--python-executable", str(installed)]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *where, strategy.name, "acme_whole.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert 'Revealed type is "str"' in checked.stdout, checked.stdout
    assert '"type[Acme]" has no attribute "no_such_thing"' in checked.stdout
    assert "Found 1 error in 1 file (checked 2 source files)" in checked.stdout, checked.stdout
