"""Signed 5 kB deliveries to one web process, at a fixed rate, from the same machine.

    python -m benchmarks deliveries [--rate 500] [--seconds 60]

The load is open: a delivery is due at its time whether the last one was answered or not, and its
latency counts from when it was due, so that a slow answer is not hidden by the load waiting for it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from uuid import uuid4

import numpy as np
from standardwebhooks.webhooks import Webhook

from argilla_distill.plugin import store
from argilla_distill.plugin.settings import read
from demo.running.servers import RedisServer
from demo.running.service import Service

SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CONNECTIONS = 16


def payload(dataset: str, record: str, size: int = 5_000) -> bytes:
    """A `response.created` event of about `size` bytes, shaped as Argilla sends it."""
    event = {
        "type": "response.created",
        "version": 1,
        "timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "data": {
            "id": str(uuid4()),
            "values": {"topic": {"value": "a"}},
            "status": "submitted",
            "record": {"id": record, "fields": {"text": ""}, "dataset": {"id": dataset}},
        },
    }
    event["data"]["record"]["fields"]["text"] = "x" * (size - len(json.dumps(event)))  # type: ignore[index]  # JSON
    return json.dumps(event).encode()


def request(body: bytes, port: int) -> bytes:
    """The whole HTTP request, signed now."""
    now = datetime.now(timezone.utc)
    signature = Webhook(SECRET).sign("msg_x", now, body.decode())
    head = (
        f"POST /webhooks/argilla HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"content-type: application/json\r\nwebhook-id: msg_x\r\n"
        f"webhook-timestamp: {int(now.timestamp())}\r\nwebhook-signature: {signature}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def load(port: int, rate: float, seconds: float) -> tuple[list[float], int]:
    """Latencies in seconds of what was accepted, and how many failed."""
    dataset, records = str(uuid4()), [str(uuid4()) for _ in range(1_000)]
    bodies = [payload(dataset, record) for record in records]
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    latencies: list[float] = []
    failures = 0

    async def send(due: float, number: int) -> None:
        nonlocal failures
        reader, writer = await free.get()
        try:
            writer.write(request(bodies[number % len(bodies)], port))
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(h for h in head.lower().split(b"\r\n") if h.startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))
            if head.split(b" ")[1] == b"202":
                latencies.append(time.perf_counter() - due)
            else:
                failures += 1
        except (OSError, asyncio.IncompleteReadError):
            failures += 1
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        free.put_nowait((reader, writer))

    start, tasks = time.perf_counter(), set()
    for number in range(int(rate * seconds)):
        due = start + number / rate
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        tasks.add(asyncio.create_task(send(due, number)))
    await asyncio.gather(*tasks)
    return latencies, failures


def memory_mb(pid: int) -> float:
    """Resident memory of a process, MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="deliveries")
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        with RedisServer(directory / "redis") as redis:
            url = redis.url(1)
            service = Service(directory / "service", "http://127.0.0.1:9", "none.such", url)
            settings = read(
                {k: v for k, v in service.env.items() if k[:7] in ("ARGILLA", "DISTILL")}
            )
            store.connect(settings).service.keep_webhook("w", service.url, SECRET)
            with service.web:
                asyncio.run(load(service.port, 50, 2))  # warm-up
                latencies, failures = asyncio.run(load(service.port, options.rate, options.seconds))
                milliseconds = np.array(latencies) * 1000
                p50, p99 = np.percentile(milliseconds, [50, 99])
                print("| deliveries | rate | failures | median | p99 | worst | listener memory |")
                print("| --- | --- | --- | --- | --- | --- | --- |")
                print(
                    f"| {len(latencies)} | {options.rate:.0f}/s | {failures} | {p50:.1f} ms "
                    f"| {p99:.1f} ms | {milliseconds.max():.0f} ms | {memory_mb(service.web.pid):.0f} MB |"
                )
