"""Builds the documentation as a static site, and fails on any link that leads nowhere.

    .docs/bin/python .ci/docs.py DIRECTORY

Pages link to each other and to files of the repository by relative paths, as they are read in an
editor. So that these links hold on the site as well, `docs/` is copied together with the pages of the
root and the files that pages link to, and links are shortened by `../` or `docs/`. Zensical checks
links between pages and their anchors (`--strict`); what it does not look at (files, pictures, raw
HTML) is looked up here in what it built. Standard library only, and Zensical beside it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "BENCHMARKS.md", "CHANGELOG.md")
"""Pages of the repository's root that are pages of the site too."""

LINK = re.compile(r"(?<=\]\()(?!https?:|#)([^)\s]+)(?=\))")


def stage(pages: Path) -> None:
    """Copy every page, with what it links to, so that relative links hold."""
    for page in (*sorted((ROOT / "docs").glob("*.md")), *(ROOT / name for name in PAGES)):
        text = page.read_text()
        for link in LINK.findall(text):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.is_file() and target.suffix != ".md":
                copy = pages / _on_site(target)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(target, copy)
        shortened = LINK.sub(lambda found, at=page: _shortened(found[1], at), text)  # type: ignore[misc]
        (pages / page.name).write_text(shortened)


def _on_site(target: Path) -> Path:
    path = target.relative_to(ROOT)
    return path.relative_to("docs") if path.parts[0] == "docs" else path


def _shortened(link: str, page: Path) -> str:
    path, mark, anchor = link.partition("#")
    return f"{_on_site((page.parent / path).resolve())}{mark}{anchor}" if path else link


class Links(HTMLParser):
    """The links and pictures of one page, and the anchors that it has."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.links |= {value for name in ("href", "src") if (value := values.get(name))}
        self.anchors |= {value for name in ("id", "name") if (value := values.get(name))}


def broken(site: Path) -> list[str]:
    """Every link of the site that should lead somewhere in it and does not."""
    pages = {page: Links(page) for page in sorted(site.rglob("*.html")) if page.name != "404.html"}
    wrong = []
    for page, found in pages.items():
        for link in sorted(found.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not target.is_file():
                wrong.append(f"{page.name}: {link} leads nowhere")
                continue
            anchor = unquote(parts.fragment)
            if anchor and target in pages and anchor not in {*pages[target].anchors, "__top"}:
                wrong.append(f"{page.name}: {link} has no such place")
    return wrong


def main() -> int:
    """Build the site into the directory that is given; 1 if a link leads nowhere."""
    into = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        pages.mkdir()
        stage(pages)
        shutil.copy(ROOT / "docs" / "zensical.toml", folder)
        zensical = Path(sys.executable).with_name("zensical")
        done = subprocess.run(
            [zensical, "build", "--clean", "--strict"], cwd=folder, capture_output=True, text=True
        )
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
            return 1
        site = Path(folder) / "site"
        wrong = broken(site)
        print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
        shutil.rmtree(into, ignore_errors=True)
        shutil.copytree(site, into)
    if not wrong:
        print(f"{len(list(into.rglob('*.html')))} pages: {into / 'index.html'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
