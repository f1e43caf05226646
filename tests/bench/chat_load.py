"""Many sockets in rooms of two: one side speaks, both must hear."""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect


@dataclass(frozen=True)
class ChatLoad:
    cpu_ms: float  # web process and servers together, per message
    offered_per_second: float
    p50_ms: float
    p99_ms: float
    lost: int


@dataclass
class Room:
    url: str
    cookies: tuple[str, str]
    command: Callable[[str], str]  # a body → what is sent
    body_of: Callable[[dict[str, object]], str | None]  # an event → the body it carries


def stored_room(port: int, thread: int, cookies: tuple[str, str]) -> Room:
    def command(body: str) -> str:
        return json.dumps({"type": "send", "thread": thread, "client_id": str(uuid.uuid4()), "body": body})

    def body_of(event: dict[str, object]) -> str | None:
        message = event.get("message")
        return message["body"] if event.get("type") == "message" and isinstance(message, dict) else None

    return Room(f"ws://127.0.0.1:{port}/ws/live/", cookies, command, body_of)


def echo_room(port: int, room: int, cookies: tuple[str, str]) -> Room:
    def command(body: str) -> str:
        return json.dumps({"type": "send", "thread": room, "client_id": str(uuid.uuid4()), "body": body})

    def body_of(event: dict[str, object]) -> str | None:
        return str(event["body"]) if "body" in event else None

    return Room(f"ws://127.0.0.1:{port}/bench/echo/{room}/", cookies, command, body_of)


def run(
    rooms: list[Room], cpu: Callable[[], float], *, messages_per_room: int, per_second: float
) -> ChatLoad:
    return asyncio.run(_run(rooms, cpu, messages_per_room, per_second))


async def _run(rooms: list[Room], cpu: Callable[[], float], each: int, per_second: float) -> ChatLoad:
    heard: dict[str, list[float]] = {}
    done = asyncio.Event()
    expected = len(rooms) * each * 2
    count = 0

    def note(body: str) -> None:
        nonlocal count
        heard.setdefault(body, []).append(time.perf_counter())
        count += 1
        if count >= expected:
            done.set()

    pairs = [await _open(room) for room in rooms]
    listeners = [
        asyncio.create_task(_listen(socket, room, note))
        for room, pair in zip(rooms, pairs, strict=True)
        for socket in pair
    ]
    await asyncio.sleep(1)  # the sockets' joining is not what is measured
    spent, sent = cpu(), await _speak(rooms, pairs, each, per_second)
    with contextlib.suppress(TimeoutError):  # what is missing is reported as lost
        await asyncio.wait_for(done.wait(), 30)
    used = cpu() - spent
    for task in listeners:
        task.cancel()
    await asyncio.gather(*(socket.close() for pair in pairs for socket in pair), return_exceptions=True)
    times = sorted((at - sent[body]) * 1000 for body, ats in heard.items() for at in ats)
    total = len(rooms) * each
    return ChatLoad(
        used * 1000 / total,
        per_second,
        times[len(times) // 2],
        times[int(len(times) * 0.99)],
        expected - sum(min(2, len(ats)) for ats in heard.values()),
    )


async def _open(room: Room) -> tuple[ClientConnection, ClientConnection]:
    sockets = []
    for cookie in room.cookies:
        headers = {
            "Cookie": cookie,
            "Origin": room.url.split("/ws")[0].split("/bench")[0].replace("ws:", "http:"),
        }
        sockets.append(
            await connect(room.url, additional_headers=headers, compression=None, ping_interval=None)
        )
    return sockets[0], sockets[1]


async def _listen(socket: ClientConnection, room: Room, note: Callable[[str], None]) -> None:
    async for text in socket:
        body = room.body_of(json.loads(text))
        if body is not None:
            note(body)


async def _speak(
    rooms: list[Room],
    pairs: list[tuple[ClientConnection, ClientConnection]],
    each: int,
    per_second: float,
) -> dict[str, float]:
    """Sends at an even pace, room after room; returns when each body was sent."""
    sent: dict[str, float] = {}
    start = time.perf_counter()
    for number in range(each * len(rooms)):
        room = number % len(rooms)
        wait = start + number / per_second - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        body = f"message {number}"
        sent[body] = time.perf_counter()
        sending: Awaitable[None] = pairs[room][0].send(rooms[room].command(body))
        await sending
    return sent
