"""The unread number against a plain model, over random histories."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.domain import add_agent
from accounts.models import Provider, User
from messaging.domain import mark_delivered, mark_read, post_card, post_message, post_notice
from messaging.models import Thread
from messaging.queries import inbox_for, messages_after, read_state, unread_by_thread, unread_total
from messaging.transcript import lay_out

WHO = st.sampled_from(["customer", "provider", "agent"])
STEP = st.one_of(
    st.tuples(st.sampled_from(["text", "card", "notice"]), WHO, st.just(0)),
    st.tuples(st.sampled_from(["read", "delivered"]), WHO, st.integers(0, 30)),
)


@dataclass
class Plain:
    """What the number should be, told simply."""

    said: list[tuple[str, str]] = field(default_factory=list)  # (kind, who)
    read: dict[str, int] = field(default_factory=dict)

    def unread(self, reader: str) -> int:
        return sum(
            1
            for seq, (kind, who) in enumerate(self.said, 1)
            if kind != "notice"
            and (who == "customer") != (reader == "customer")
            and seq > self.read.get(reader, 0)
        )


@pytest.fixture
def cast(customer: User, provider: User, agent: User) -> dict[str, User]:
    return {"customer": customer, "provider": provider, "agent": agent}


@given(history=st.lists(STEP, max_size=25))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_unread_number_is_what_a_person_would_count(
    thread: Thread, cast: dict[str, User], history: list[tuple[str, str, int]]
) -> None:
    with transaction.atomic():
        plain = Plain()
        for step in history:
            _take(step, plain, thread, cast)

            for name, person in cast.items():
                expected = plain.unread(name)
                assert unread_total(person) == expected
                assert unread_by_thread(person) == ({thread.pk: expected} if expected else {})
        for name, person in cast.items():
            [row] = inbox_for(person)
            assert row.unread == plain.unread(name)  # type: ignore[attr-defined]
            assert _lines_marked_new(thread, person, plain.read.get(name, 0)) == (plain.unread(name) > 0)
        transaction.set_rollback(True)


def _take(step: tuple[str, str, int], plain: Plain, thread: Thread, cast: dict[str, User]) -> None:
    kind, who, seq = step
    person = cast[who]
    if kind == "read":
        kept = mark_read(thread, by=person, seq=seq)
        plain.read[who] = max(plain.read.get(who, 0), min(seq, len(plain.said)))
        assert kept == min(seq, len(plain.said))
    elif kind == "delivered":
        mark_delivered(thread, by=person, seq=seq)  # receiving is not reading
    else:
        post = {"text": post_message, "card": post_card, "notice": post_notice}[kind]
        extra = {} if kind == "text" else {"url": "/somewhere/"}
        post(thread, by=person, body="Hello", **extra)
        plain.said.append((kind, who))


def _lines_marked_new(thread: Thread, reader: User, read_seq: int) -> bool:
    lines = lay_out(
        messages_after(thread, reader, 0),
        thread=thread,
        reader=reader,
        marks={"delivered": 0, "read": 0},
        read_seq=read_seq,
    )
    marked = [line for line in lines if line.starts_new]
    assert len(marked) <= 1
    return bool(marked)


def test_what_was_said_before_someone_joined_is_neither_unread_nor_read_by_that_person(
    thread: Thread, customer: User, shop: Provider, make_person: Callable[..., User]
) -> None:
    post_message(thread, by=customer, body="Before")
    newcomer = make_person("newcomer")

    add_agent(shop, newcomer)
    before = unread_total(newcomer)
    post_message(thread, by=customer, body="After")

    assert (before, unread_total(newcomer)) == (0, 1)
    assert read_state(thread, customer) == {"delivered": 0, "read": 0}
    [row] = inbox_for(newcomer)
    assert row.unread == 1  # type: ignore[attr-defined]
