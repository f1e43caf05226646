from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.domain import add_agent
from accounts.models import User
from followup.domain import begin_task
from followup.models import CallbackRequest, DeskSettings, FollowUp, SilentThread
from followup.views import leads
from messaging.models import Thread
from orders.enums import DeskTask, NoticeFinding, OrderStatus, SalesChannel
from orders.models import Order, TransferNotice


def test_an_orders_lead_is_the_order_itself_with_a_note_a_date_and_ok(
    order: Order, provider: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(provider).get(f"/sales/orders/{order.pk}/").content.decode()

    assert f'action="/orders/{order.pk}/confirm/"' in page
    assert f'action="/orders/{order.pk}/cancel/"' in page
    for word in ("Note", "Follow-up date", ">OK<", "Confirm order", "Order details"):
        assert word in page
    assert "data-datetime-picker" in page


def test_a_move_made_on_the_desk_leads_back_to_the_desk(
    order: Order, provider: User, client_of: Callable[[User], Client]
) -> None:
    client, desk = client_of(provider), f"/sales/orders/{order.pk}/"

    confirmed = client.post(f"/orders/{order.pk}/confirm/", {"next": desk})
    cancelled = client.post(f"/orders/{order.pk}/cancel/", {"next": desk, "reason": "Not needed"})

    assert (confirmed["Location"], cancelled["Location"]) == (desk, desk)
    away = client.post(f"/orders/{order.pk}/cancel/", {"next": "https://evil.example/", "reason": "x"})
    assert "evil" not in away["Location"]


@time_machine.travel(datetime(2026, 11, 22, 3, 0, tzinfo=UTC), tick=False)
def test_ok_saves_the_note_below_the_box(
    order: Order, provider: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(provider)

    response = client.post(
        f"/sales/order/{order.pk}/notes/",
        {"form_token": str(uuid4()), "note": "โทรแล้ว", "follow_up_at": "2026-11-24 14:30"},
        follow=True,
    )

    stored = FollowUp.objects.get()
    assert (stored.order, stored.by, stored.note) == (order, provider, "โทรแล้ว")
    assert stored.follow_up_at == datetime(2026, 11, 24, 7, 30, tzinfo=UTC)  # 14:30 in Bangkok
    assert response.redirect_chain == [(f"/sales/orders/{order.pk}/#notes", 302)]
    assert [shown.pk for shown in response.context["notes"]] == [stored.pk]
    assert response.context["symbol"] == "following"


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("24/11/2569 14:30", datetime(2026, 11, 24, 7, 30, tzinfo=UTC)),
        ("๒๔/๑๑/๒๕๖๙ ๑๔:๓๐", datetime(2026, 11, 24, 7, 30, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 24, 2, 0, tzinfo=UTC)),  # nine in the morning
        ("2026-11-20 10:00", datetime(2026, 11, 20, 3, 0, tzinfo=UTC)),  # past: overdue at once
        ("", None),
    ],
)
@time_machine.travel(datetime(2026, 11, 22, 3, 0, tzinfo=UTC), tick=False)
def test_a_date_is_read_as_it_is_typed(
    typed: str, at: datetime | None, order: Order, provider: User, client_of: Callable[[User], Client]
) -> None:
    client_of(provider).post(
        f"/sales/order/{order.pk}/notes/",
        {"form_token": str(uuid4()), "note": "Called", "follow_up_at": typed},
    )

    assert FollowUp.objects.get().follow_up_at == at


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"note": ""}, "Write what you agreed on"),
        ({"follow_up_at": "2026-02-31 10:00"}, "31"),
        ({"follow_up_at": "2096-01-01 10:00"}, "more than ten years away"),
        ({"follow_up_at": "soon"}, "soon"),
        ({"form_token": "x"}, "send the form once more"),
    ],
)
def test_what_cannot_be_saved_stays_in_the_form(
    changes: dict[str, str],
    sentence: str,
    order: Order,
    provider: User,
    client_of: Callable[[User], Client],
) -> None:
    typed = {"form_token": str(uuid4()), "note": "A long story", "follow_up_at": "2026-12-24 14:30"} | changes

    response = client_of(provider).post(f"/sales/order/{order.pk}/notes/", typed)

    page = response.content.decode()
    assert (response.status_code, sentence in page, FollowUp.objects.count()) == (422, True, 0)
    assert typed["note"] in page
    assert typed["follow_up_at"] in page


def test_one_form_sent_twice_is_one_note(
    order: Order, provider: User, client_of: Callable[[User], Client]
) -> None:
    client, typed = client_of(provider), {"form_token": str(uuid4()), "note": "Once"}

    for _ in range(2):
        client.post(f"/sales/order/{order.pk}/notes/", typed)

    assert FollowUp.objects.count() == 1


def test_the_tick_saves_itself_and_unticking_opens_again(
    order: Order, provider: User, note: Callable[..., FollowUp], client_of: Callable[[User], Client]
) -> None:
    summary, client = note(order, "Sold"), client_of(provider)
    address = f"/sales/notes/{summary.pk}/tick/"

    ticked = client.post(address, {"ended": "1"}, headers={"X-Requested-With": "fetch"})
    order.refresh_from_db()
    assert (ticked.status_code, order.desk_state) == (200, "ended")
    assert "Follow-up ended" in ticked.content.decode()
    assert "checked" in ticked.content.decode()

    plain = client.post(address, {})
    order.refresh_from_db()
    assert (plain["Location"], order.desk_state) == (f"/sales/orders/{order.pk}/#note-{summary.pk}", "open")


def test_notes_are_without_limit_newest_first(
    order: Order, provider: User, note: Callable[..., FollowUp], client_of: Callable[[User], Client]
) -> None:
    made = [note(order, f"No. {n}").pk for n in range(leads.NOTES + 3)]
    client = client_of(provider)

    first = client.get(f"/sales/orders/{order.pk}/")
    second = client.get(f"/sales/orders/{order.pk}/?before={first.context['older']}")

    shown = [kept.pk for kept in (*first.context["notes"], *second.context["notes"])]
    assert (shown, second.context["older"]) == (made[::-1], None)


def test_a_colleagues_order_and_an_unfinished_one_are_not_found(
    place: Callable[..., Order],
    agent: User,
    note: Callable[..., FollowUp],
    make_person: Callable[..., User],
    client_of: Callable[[User], Client],
) -> None:
    other = make_person("other-agent")
    mine = place(channel=SalesChannel.BEHALF, created_by=agent)
    add_agent(mine.provider, other)
    written, client = note(mine, by=agent), client_of(other)

    assert client.get(f"/sales/orders/{mine.pk}/").status_code == 404
    assert client.post(f"/sales/order/{mine.pk}/notes/", {"note": "x"}).status_code == 404
    assert client.post(f"/sales/notes/{written.pk}/tick/", {"ended": "1"}).status_code == 404
    written.refresh_from_db()
    assert (written.ended_at, FollowUp.objects.count()) == (None, 1)
    draft = place(status=OrderStatus.DRAFT)
    assert client_of(agent).get(f"/sales/orders/{draft.pk}/").status_code == 404


def test_an_orders_own_customer_has_no_lead_of_it(
    order: Order, customer: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(customer).get(f"/sales/orders/{order.pk}/").status_code == 404


def test_a_callback_request_becomes_an_order_or_a_conversation(
    ask: Callable[..., CallbackRequest],
    customer: User,
    provider: User,
    client_of: Callable[[User], Client],
) -> None:
    callback, client = ask("Customer Name", by=customer), client_of(provider)

    page = client.get(f"/sales/callbacks/{callback.pk}/").content.decode()
    started = client.post(f"/sales/callbacks/{callback.pk}/conversation/")

    assert 'href="/sales/order/?name=Customer%20Name&amp;phone=%2B66812345678"' in page
    assert 'href="tel:+66812345678"' in page
    assert started["Location"] == f"/inbox/{Thread.objects.get().pk}/"


def test_without_an_account_there_is_no_conversation_to_start(
    ask: Callable[..., CallbackRequest], provider: User, client_of: Callable[[User], Client]
) -> None:
    callback, client = ask(), client_of(provider)

    page = client.get(f"/sales/callbacks/{callback.pk}/").content.decode()
    response = client.post(f"/sales/callbacks/{callback.pk}/conversation/", follow=True)

    assert "Start a conversation" not in page
    assert "This person has no account here." in response.content.decode()
    assert Thread.objects.count() == 0


def test_a_silent_conversation_says_who_waits(
    thread: Thread, provider: User, now: datetime, client_of: Callable[[User], Client]
) -> None:
    silence = SilentThread.objects.create(thread=thread, provider=thread.provider)
    begin_task(silence, DeskTask.UNANSWERED, since=now)

    page = client_of(provider).get(f"/sales/conversations/{silence.pk}/").content.decode()

    assert "The customer is waiting for an answer" in page
    assert f'href="/inbox/{thread.pk}/"' in page


def test_a_transfer_notice_can_be_followed_up(
    order: Order, provider: User, client_of: Callable[[User], Client]
) -> None:
    notice = TransferNotice.objects.create(
        order=order,
        provider=order.provider,
        bank="KBANK",
        amount=order.total,
        transferred_at=timezone.now(),
        finding=NoticeFinding.MATCHES,
    )
    client = client_of(provider)

    page = client.get(f"/sales/transfers/{notice.pk}/").content.decode()
    client.post(f"/sales/transfer/{notice.pk}/notes/", {"form_token": str(uuid4()), "note": "Checked"})

    assert "KBANK" in page
    assert [kept.transfer for kept in FollowUp.objects.all()] == [notice]
    assert len(client.get("/sales/transfers/").context["rows"]) == 1


@pytest.mark.parametrize("kind", ["nothing", "orders"])
def test_notes_on_no_such_kind_are_not_found(
    kind: str, order: Order, provider: User, client_of: Callable[[User], Client]
) -> None:
    response = client_of(provider).post(f"/sales/{kind}/{order.pk}/notes/", {"note": "x"})

    assert (response.status_code, FollowUp.objects.count()) == (404, 0)


def test_the_owner_sets_the_hours_and_an_agent_does_not(
    order: Order, provider: User, agent: User, client_of: Callable[[User], Client]
) -> None:
    hours: dict[str, Any] = {"unanswered_hours": "๖", "callback_hours": "2", "unpaid_hours": "24"}

    assert client_of(agent).post("/sales/settings/", hours).status_code == 404
    assert DeskSettings.objects.count() == 0
    refused = client_of(provider).post("/sales/settings/", hours | {"unpaid_hours": "0"})
    assert (refused.status_code, DeskSettings.objects.count()) == (422, 0)
    client_of(provider).post("/sales/settings/", hours)

    kept = DeskSettings.objects.get()
    assert (kept.provider, kept.unanswered_hours, kept.callback_hours) == (order.provider, 6, 2)
