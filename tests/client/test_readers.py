"""What reads Parquet reads versions: the folder as it is, and by address, without anything of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import httpx
import pandas as pd  # type: ignore[import-untyped]  # ships no types
import polars as pl
import pytest

from argilla_distill import Client
from tests.client.running_service import KEY, RECORDS, Running
from tests.workers.argilla_in_memory import D

NAME = "support/chat"
EXTENSIONS = Path(duckdb.__file__).parents[1] / "duckdb_ext" / "extensions"
HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def folder(served: Running) -> Path:
    return served.folder / "versions" / D / "majority-1"


@pytest.fixture
def address(served: Running) -> str:
    served.weather.seen.clear()
    return f"{served.url}/datasets/{D}/versions/prod"


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with its own HTTP, and the key as its secret."""
    (httpfs,) = EXTENSIONS.glob(f"v{duckdb.__version__}/*/httpfs.duckdb_extension")
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        connection.execute(f"load '{httpfs}'")
        connection.execute(f"create secret (type http, bearer_token '{KEY}')")
        yield connection


def test_polars_reads_the_folder(folder: Path) -> None:
    frame = pl.scan_parquet(folder / "records-*.parquet")
    found = frame.select("record_id", pl.col("helpful").struct.field("value")).collect()
    assert set(found["record_id"]) == set(RECORDS)
    assert found["value"].value_counts().sort("count").rows() == [(None, 4), ("yes", 8)]
    assert pl.read_parquet(folder / "votes-*.parquet").height == 48


def test_pandas_reads_the_folder(folder: Path) -> None:
    frame = pd.concat(pd.read_parquet(path) for path in folder.glob("records-*.parquet"))
    assert set(frame["record_id"]) == set(RECORDS)
    assert {row["value"] for row in frame["helpful"]} == {"yes", None}


def test_duckdb_reads_the_folder(folder: Path, database: duckdb.DuckDBPyConnection) -> None:
    files = folder / "records-*.parquet"
    found = database.sql(
        f"select helpful.value, count(*), sum(helpful.conflict.now::int) from '{files}' group by 1 order by 2"
    ).fetchall()
    assert found == [(None, 4, 4), ("yes", 8, 0)]


def test_pandas_reads_by_address(address: str) -> None:
    frame = pd.read_parquet(f"{address}/records.parquet", storage_options=HEADERS)
    assert set(frame["record_id"]) == set(RECORDS)


def test_polars_reads_by_address(address: str) -> None:
    """It sends no headers of one's own (polars 2.1), so it is given the bytes."""
    data = httpx.get(f"{address}/votes.parquet", headers=HEADERS).content
    assert pl.read_parquet(data).height == 48


def test_duckdb_reads_by_address_and_only_what_it_needs(
    served: Running, address: str, database: duckdb.DuckDBPyConnection
) -> None:
    found = database.sql(
        f"select helpful.value, count(*) from read_parquet('{address}/records.parquet') group by 1 order by 2"
    ).fetchall()
    assert found == [(None, 4), ("yes", 8)]
    asked = [(e["REQUEST_METHOD"], e.get("HTTP_RANGE", "")) for e in served.weather.seen]
    assert {method for method, _ in asked} == {"HEAD", "GET"}
    assert all(range_ for method, range_ in asked if method == "GET")


def test_polars_takes_what_the_client_has(client: Client) -> None:
    version = client.dataset(NAME).version("prod")
    assert version.to_polars().height == 12
    assert version.to_polars("votes")["annotator"].unique().sort().to_list() == ["ann", "ben"]
    assert pl.read_parquet(version.votes().files()).height == version.manifest.votes


def test_duckdb_reads_the_clients_files(
    client: Client, database: duckdb.DuckDBPyConnection
) -> None:
    files = [str(path) for path in client.dataset(NAME).version("prod").records("train").files()]
    found = database.execute("select count(*) from read_parquet(?)", [files]).fetchall()
    assert found == [(client.dataset(NAME).version("prod").manifest.splits["train"],)]
