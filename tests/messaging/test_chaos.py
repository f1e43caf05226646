"""Two clients whose sockets are cut at random through 500 messages end with the same conversation."""

import asyncio
import json
import random
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from accounts.models import User
from messaging.models import Message, Thread
from messaging.queries import unread_total
from tests.support.daphne import session_key

MESSAGES = 500
CUT_CHANCE = 0.06


class Person:
    """A page as static/messaging does it: subscribe first, then fetch what came after the last number; an
    unacknowledged message goes again under its client_id; a gap fetches."""

    def __init__(self, site: str, user: User, thread: int, chance: random.Random) -> None:
        self.site, self.user, self.thread, self.chance = site, user, thread, chance
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={session_key(user)}"
        self.log: list[tuple[int, int, str]] = []  # (seq, author, client_id), as the page shows them
        self.unsent: dict[str, str] = {}
        self.cuts = 0
        self.resends = 0
        self.unread: int | None = None
        self.asked = 0  # how often the number was asked for
        self.socket: ClientConnection | None = None
        self.changed = asyncio.Event()
        self.catching = asyncio.Lock()

    async def live(self) -> None:
        """Connected again and again, until cancelled."""
        while True:
            headers = {"Cookie": self.cookie, "Origin": f"http://{self.site}"}
            try:
                address = f"ws://{self.site}/ws/live/"
                async with connect(address, additional_headers=headers, proxy=None) as socket:
                    self.socket = socket
                    catching = asyncio.create_task(self._after_connecting())
                    try:
                        async for text in socket:
                            await self._hear(json.loads(text))
                    finally:
                        catching.cancel()
            except (OSError, WebSocketException, EOFError):
                pass
            self.socket = None
            await asyncio.sleep(self.chance.uniform(0.01, 0.1))

    async def say(self, body: str) -> None:
        client_id = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        self.unsent[client_id] = body
        await self._send(client_id)
        if self.chance.random() < CUT_CHANCE:
            self.cut()

    def cut(self) -> None:
        """The network goes away: no goodbye, what was on its way is lost."""
        if self.socket is not None:
            self.cuts += 1
            self.socket.transport.abort()

    async def command(self, **fields: Any) -> None:
        try:
            if self.socket is not None:
                await self.socket.send(json.dumps(fields))
        except WebSocketException:
            pass  # told again after the next connection

    async def catch_up(self) -> None:
        async with self.catching:
            more = True
            while more:
                after = self.log[-1][0] if self.log else 0
                found = await asyncio.to_thread(self._fetch, f"/inbox/{self.thread}/after/{after}/")
                for message in found["messages"]:
                    self._take(message)
                more = found["more"]

    async def ask_unread(self) -> None:
        self.unread = None
        self.asked += 1
        await self.command(type="unread", client_id=f"unread-{self.asked}")

    async def _after_connecting(self) -> None:
        await self.catch_up()
        await self.ask_unread()
        for client_id in list(self.unsent):
            self.resends += 1
            await self._send(client_id)

    async def _send(self, client_id: str) -> None:
        body = self.unsent.get(client_id)
        if body is not None:
            await self.command(type="send", thread=self.thread, client_id=client_id, body=body)

    async def _hear(self, event: dict[str, Any]) -> None:
        if event["type"] == "error":
            raise AssertionError(event)
        if event["type"] == "ack" and event["client_id"] == f"unread-{self.asked}":  # not an older answer
            self.unread = event["total"]
            self.changed.set()
        if event["type"] == "message" or (event["type"] == "read" and event["user"] == self.user.pk):
            await self.ask_unread()  # as live.js does, and so do all tabs of a person
        message = event.get("message")
        if message is None:
            return
        if not self._take(message):
            await self.catch_up()
        if self.chance.random() < 0.2 and self.log:
            seq = self.log[-1][0]
            await self.command(type="read", thread=self.thread, client_id="read", seq=seq)

    def _take(self, message: dict[str, Any]) -> bool:
        """Whether nothing is missing before the message."""
        last = self.log[-1][0] if self.log else 0
        if message["seq"] > last + 1:
            return False
        self.unsent.pop(message["client_id"], None)
        if message["seq"] == last + 1:
            self.log.append((message["seq"], message["author"], message["client_id"]))
            self.changed.set()
        return True

    def _fetch(self, path: str) -> dict[str, Any]:
        request = urllib.request.Request(f"http://{self.site}{path}", headers={"Cookie": self.cookie})
        with urllib.request.urlopen(request, timeout=20) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@pytest.mark.parametrize("seed", [20261122])
def test_both_sides_end_with_the_same_messages_and_the_servers_unread_number(
    live_site: str, transactional_db: None, thread: Thread, customer: User, provider: User, seed: int
) -> None:
    chance = random.Random(seed)
    people = [
        Person(live_site, user, thread.pk, random.Random(chance.random())) for user in (customer, provider)
    ]

    asyncio.run(asyncio.wait_for(_talk(people, chance), 150))

    stored = [
        (m.seq, m.author_id, str(m.client_id)) for m in Message.objects.filter(thread=thread).order_by("seq")
    ]
    assert [seq for seq, _author, _id in stored] == list(range(1, MESSAGES + 1))
    assert len({client_id for _seq, _author, client_id in stored}) == MESSAGES
    for person in people:
        assert person.log == stored
        assert person.unread == unread_total(person.user)
    assert sum(person.cuts for person in people) > 20
    assert sum(person.resends for person in people) > 0


async def _talk(people: list[Person], chance: random.Random) -> None:
    living = [asyncio.create_task(person.live()) for person in people]
    for number in range(MESSAGES):
        await chance.choice(people).say(f"Message {number}")
        await asyncio.sleep(chance.uniform(0, 0.03))
        if chance.random() < CUT_CHANCE / 2:
            chance.choice(people).cut()
    try:
        for person in people:
            await _until(person, lambda p: len(p.log) == MESSAGES and not p.unsent, living)
        await asyncio.sleep(1)  # the last reading marks
        for person in people:
            await person.ask_unread()
            await _until(person, lambda p: p.unread is not None, living)
    finally:
        for task in living:
            task.cancel()
        await asyncio.gather(*living, return_exceptions=True)


async def _until(person: Person, is_so: Callable[[Person], bool], living: list["asyncio.Task[None]"]) -> None:
    while not is_so(person):
        for task in living:
            if task.done():
                task.result()
        person.changed.clear()
        try:
            await asyncio.wait_for(person.changed.wait(), 1)
        except TimeoutError:
            if person.socket is not None:
                await person.catch_up()
                for client_id in list(person.unsent):
                    await person._send(client_id)
                await person.ask_unread()
