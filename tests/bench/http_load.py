"""A small HTTP client for loads: keep-alive connections, one request at a time on each."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float  # web process and servers together, per request


async def _fetch_all(port: int, paths: Sequence[str], connections: int, headers: str) -> list[float]:
    times: list[float] = []
    queue = iter(paths)

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for path in queue:
            start = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"{path}: {head.splitlines()[0]!r}")
            await _read_body(reader, head.lower())
            times.append((time.perf_counter() - start) * 1000)
        writer.close()

    await asyncio.gather(*(worker() for _ in range(connections)))
    return times


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.split(b":")[1]))
            return
    while (size := int(await reader.readline(), 16)) > 0:  # chunked
        await reader.readexactly(size + 2)
    await reader.readline()


def run(port: int, paths: Sequence[str], cpu: "object", *, connections: int = 4, cookie: str = "") -> Load:
    """Fetches every path once; `cpu` is a function that gives CPU seconds so far."""
    headers = "Accept-Encoding: gzip\r\nAccept-Language: th\r\n"
    if cookie:
        headers += f"Cookie: {cookie}\r\n"
    before, start = cpu(), time.perf_counter()  # type: ignore[operator]
    times = asyncio.run(_fetch_all(port, paths, connections, headers))
    seconds = time.perf_counter() - start
    used = cpu() - before  # type: ignore[operator]
    times.sort()
    return Load(
        len(times) / seconds,
        statistics.median(times),
        times[int(len(times) * 0.99)],
        used * 1000 / len(times),
    )
