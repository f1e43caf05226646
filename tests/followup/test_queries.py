from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domain import add_agent
from accounts.models import Provider, User
from followup.domain import begin_task, end_follow_up
from followup.enums import LeadKind
from followup.models import CallbackRequest, FollowUp, SilentThread
from followup.queries import Place, Wanted, counts, day_of, due_count, page_of, pages, rows_at, visible_leads
from messaging.domain import open_thread
from messaging.models import Thread
from orders.enums import DeskTask, OrderStatus, SalesChannel, Symbol
from orders.models import Order


def listed(shop: Provider, user: User, **more: Any) -> list[tuple[str, int]]:
    """(kind, pk) of the whole list, page by page."""
    found, place = [], Place()
    while place is not None:
        keys, following = page_of(shop, seen_by=user, after=place, **more)
        found += [(key.kind, key.pk) for key in keys]
        place = following and Place.read(str(following))
    return found


@pytest.fixture
def desk(
    place: Callable[..., Order],
    ask: Callable[..., CallbackRequest],
    note: Callable[..., FollowUp],
    provider: User,
    thread: Thread,
    shop: Provider,
) -> dict[str, Any]:
    """Two kinds in every group, and a conversation."""
    now, leads = timezone.now(), {}
    for name, days in (("overdue", -3), ("overdue_more", -5), ("soon", 2), ("later", 6)):
        leads[f"order_{name}"] = place()
        note(leads[f"order_{name}"], at=now + timedelta(days=days))
        leads[f"call_{name}"] = ask(name)
        note(leads[f"call_{name}"], at=now + timedelta(days=days, minutes=1))
    leads["order_today"] = place()
    note(leads["order_today"], at=now)
    leads["order_undated"] = place()
    note(leads["order_undated"])
    for name in ("old", "new"):
        leads[f"order_{name}"] = place()
        leads[f"call_{name}"] = ask(name)
    for name in ("done", "done_too"):
        leads[f"order_{name}"] = place()
        end_follow_up(note(leads[f"order_{name}"]), by=provider)
    leads["silence"] = SilentThread.objects.create(thread=thread, provider=shop)
    begin_task(leads["silence"], DeskTask.UNANSWERED, since=now - timedelta(days=1, minutes=5))
    return leads


IN_ORDER = [
    "order_overdue_more", "call_overdue_more", "order_overdue", "call_overdue", "silence", "order_today",
    "call_new", "order_new", "call_old", "order_old",
    "order_soon", "call_soon", "order_later", "call_later", "order_undated",
    "order_done_too", "order_done",
]  # fmt: skip


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 25])
def test_the_list_has_every_lead_once_in_order_whatever_the_size_of_its_pages(
    desk: dict[str, Any], shop: Provider, provider: User, limit: int
) -> None:
    names = {_key(lead): name for name, lead in desk.items()}

    assert [names[key] for key in listed(shop, provider, limit=limit)] == IN_ORDER


def _key(lead: Any) -> tuple[str, int]:
    kinds = {Order: "order", CallbackRequest: "callback", SilentThread: "thread"}
    return kinds[type(lead)], lead.pk


def test_the_counts_are_those_of_the_lists(desk: dict[str, Any], shop: Provider, provider: User) -> None:
    found = counts(shop, seen_by=provider)

    assert found == {"due": 6, "none": 4, "following": 5, "ended": 2}
    assert found == {symbol: len(listed(shop, provider, state=symbol)) for symbol in Symbol.values}
    assert due_count(shop, seen_by=provider) == 6
    assert len(listed(shop, provider, state="overdue")) == 5
    only_calls = (LeadKind.CALLBACK,)
    assert counts(shop, seen_by=provider, kinds=only_calls) == {
        symbol: len(listed(shop, provider, state=symbol, kinds=only_calls)) for symbol in Symbol.values
    }


def test_counting_stops_at_its_limit(
    place: Callable[..., Order], shop: Provider, provider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "COUNT_LIMIT", 2)
    for _ in range(3):
        place()

    assert counts(shop, seen_by=provider)["none"] == 2


def test_page_and_counts_cost_a_statement_and_a_look_at_who_asks_each(
    desk: dict[str, Any], shop: Provider, provider: User
) -> None:
    with CaptureQueriesContext(connection) as queries:
        page_of(shop, seen_by=provider)
        counts(shop, seen_by=provider)

    assert len(queries) == 4


@pytest.mark.parametrize(
    "text",
    ["", "x", "9", "-1", "0~order", "0~order.1.2.3", "0~nothing.1.2", "1~order.5.5", "0~order..5",
     "0~order.99999999999999999999999.5", "0~order.1.99999999999999999999", "0~order.1.-5"],
)  # fmt: skip
def test_what_is_no_place_is_the_start_of_the_list(text: str) -> None:
    assert Place.read(text) == Place()


def test_an_unfinished_order_is_not_on_the_desk(
    place: Callable[..., Order], shop: Provider, provider: User
) -> None:
    place(status=OrderStatus.DRAFT)

    assert listed(shop, provider) == []
    assert not visible_leads(LeadKind.ORDER, provider).exists()
    assert sum(counts(shop, seen_by=provider).values()) == 0


def test_a_colleagues_order_is_on_nobody_elses_desk(
    place: Callable[..., Order],
    shop: Provider,
    provider: User,
    agent: User,
    stranger: User,
    make_person: Callable[..., User],
    note: Callable[..., FollowUp],
) -> None:
    other = make_person("other-agent")
    add_agent(shop, other)
    mine = place(channel=SalesChannel.BEHALF, created_by=agent)
    note(mine, at=timezone.now())

    for person, seen in ((agent, 1), (provider, 1), (other, 0), (stranger, 0)):
        assert len(listed(shop, person)) == seen
        assert sum(counts(shop, seen_by=person).values()) == seen
        assert due_count(shop, seen_by=person) == seen
        assert len(listed(shop, person, wanted=Wanted(search=str(mine.number)))) == seen


@pytest.mark.parametrize("zone", ["Asia/Bangkok", "Asia/Tehran", "UTC"])
@pytest.mark.parametrize(
    ("clock", "hour", "symbol", "is_overdue"),
    [
        ("23:30", 23, Symbol.DUE, False),  # 23:00 of the same day
        ("00:30", -1, Symbol.DUE, True),  # 23:00 of the day before
        ("00:30", 23, Symbol.DUE, False),  # later today
        ("23:30", 24.5, Symbol.FOLLOWING, False),  # 00:30 tomorrow, an hour from now
    ],
)
def test_due_is_a_day_of_the_shops_own_calendar(
    zone: str,
    clock: str,
    hour: float,
    symbol: Symbol,
    is_overdue: bool,
    order: Order,
    shop: Provider,
    provider: User,
    note: Callable[..., FollowUp],
) -> None:
    shop.time_zone = zone
    shop.save()
    now = datetime(2026, 11, 22, int(clock[:2]), int(clock[3:]), tzinfo=day_of(shop).zone)
    midnight = now.replace(hour=0, minute=0)
    note(order, at=midnight + timedelta(hours=hour))
    day = day_of(shop, now)

    keys, _next = page_of(shop, seen_by=provider, day=day)
    row = rows_at(keys, day)[0]

    assert (row.symbol, row.is_overdue) == (symbol, is_overdue)
    assert counts(shop, seen_by=provider, day=day)[symbol] == 1


def test_a_later_date_moves_overdue_back_to_following(
    order: Order, shop: Provider, provider: User, note: Callable[..., FollowUp], now: datetime
) -> None:
    note(order, at=now - timedelta(days=2))
    assert counts(shop, seen_by=provider)["due"] == 1

    note(order, at=now + timedelta(days=2))

    assert counts(shop, seen_by=provider) == {"due": 0, "none": 0, "following": 1, "ended": 0}


@pytest.mark.parametrize("search", ["somchai", "081-234 5678", "+66 81 234 5678", "๐๘๑๒๓๔๕๖๗๘", "สมชาย"])
def test_search_finds_every_kind_by_name_and_phone(
    search: str,
    place: Callable[..., Order],
    ask: Callable[..., CallbackRequest],
    make_person: Callable[..., User],
    customer: User,
    shop: Provider,
    provider: User,
    now: datetime,
) -> None:
    somchai = make_person("somchai", display_name="Somchai สมชาย", phone="+66812345678")
    order, call = place(somchai), ask("Somchai สมชาย", phone="+66812345678")
    place(customer)
    ask("Somebody else", phone="+66899999999")
    silence = SilentThread.objects.create(thread=order.thread, provider=shop)
    begin_task(silence, DeskTask.UNANSWERED, since=now)

    found = listed(shop, provider, wanted=Wanted(search=search))

    assert set(found) == {("order", order.pk), ("callback", call.pk), ("thread", silence.pk)}


@pytest.mark.parametrize(
    ("name", "search"),
    [
        ("Nguyễn Thị Đào", "nguyen dao"),
        ("Jose", "JOSÉ"),
        ("علي كريمي", "علی کریمی"),
        ("رضا می\u200cخواهد", "میخواهد"),
        ("ร้าน ๕ ดาวน้ำ", "5 ดาวน้ำ"),
        ("میز ۱۲", "12"),
        ("O'Brien 100% (Ltd)", "o'brien 100 ltd"),
    ],
)
def test_search_finds_a_conversation_without_orders_by_a_folded_name(
    name: str, search: str, make_person: Callable[..., User], shop: Provider, provider: User, thread: Thread
) -> None:
    rooms = [thread, open_thread(customer=make_person("named", display_name=name), provider=shop, topic="x")]
    silences = [SilentThread.objects.create(thread=room, provider=shop) for room in rooms]
    for silence in silences:
        begin_task(silence, DeskTask.UNANSWERED, since=timezone.now())

    found = listed(shop, provider, wanted=Wanted(search=search))

    assert found == [("thread", silences[1].pk)]


def test_orders_are_narrowed_by_status_channel_agent_service_and_day(
    place: Callable[..., Order], shop: Provider, provider: User, agent: User
) -> None:
    web = place(placed_at=datetime(2026, 11, 20, 17, 30, tzinfo=UTC))  # the 21st in Bangkok
    taken = place(channel=SalesChannel.BEHALF, created_by=agent, status=OrderStatus.CONFIRMED)

    def found(**wanted: Any) -> list[int]:
        keys = listed(shop, provider, kinds=(LeadKind.ORDER,), wanted=Wanted(**wanted))
        return [pk for _kind, pk in keys]

    day = datetime(2026, 11, 21).date()
    assert found(status="confirmed") == [taken.pk]
    assert found(channel="web") == [web.pk]
    assert found(agent=agent.pk) == [taken.pk]
    assert found(first=day, last=day) == [web.pk]
    assert found(last=day - timedelta(days=1)) == []
    assert set(found(service=web.lines.get().service_id)) == {web.pk, taken.pk}
    assert found(service=0) == [taken.pk, web.pk]


def test_a_row_shows_its_newest_note(
    order: Order, shop: Provider, provider: User, agent: User, note: Callable[..., FollowUp], now: datetime
) -> None:
    note(order, "first", by=provider)
    note(order, "second", by=agent)
    day = day_of(shop)

    row = rows_at(page_of(shop, seen_by=provider)[0], day)[0]

    assert row.note is not None
    assert (row.note.note, row.note.by, row.name, row.number) == ("second", agent, "Customer", order.number)
    assert (row.title, row.url) == ("Legal advice by video", f"/sales/orders/{order.pk}/")
