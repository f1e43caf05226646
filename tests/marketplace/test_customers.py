"""One person whom the shop wrote down twice becomes one, and nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Provider, User
from appointments.domain.booking import book_appointment
from appointments.models import Appointment
from followup.domain import add_note, end_follow_up, request_callback
from followup.models import CallbackRequest, FollowUp, SilentThread
from marketplace.common.errors import DomainError
from marketplace.customers import is_shop_made, merge_customers
from messaging.domain import mark_read, post_message
from messaging.models import Message, Participation, Thread
from messaging.queries import unread_by_thread
from orders.domain import Item, claim_transfer, create_card, find_or_create_customer, order_for_customer
from orders.enums import SaleKind
from orders.models import Order, TransferNotice
from services.models import Service


def written_down(shop: Provider, by: User, name: str, phone: str) -> Thread:
    person = find_or_create_customer(shop, by=by, name=name, phone=phone)
    return Thread.objects.get(customer=person)


@pytest.fixture
def keep(shop: Provider, provider: User) -> Thread:
    return written_down(shop, provider, "Khun Somying", "+66812345678")


@pytest.fixture
def gone(shop: Provider, provider: User, agent: User) -> Thread:
    return written_down(shop, agent, "Somying J.", "+66891112222")


def sold(thread: Thread, by: User, service: Service) -> Order:
    return order_for_customer(
        thread.provider, by=by, customer=thread.customer, items=[Item(service)], form_token=uuid4()
    )


def note(lead: Any, by: User, text: str) -> FollowUp:
    return add_note(lead, by=by, note=text, follow_up_at=None, form_token=uuid4())


def credits() -> list[tuple[Any, ...]]:
    """What must stay whatever is merged: whose orders, whose notes, whose words."""
    return [
        *Order.objects.order_by("pk").values_list("pk", "number", "created_by", "total", "status", "channel"),
        *FollowUp.objects.order_by("pk").values_list("pk", "by", "note", "order", "callback", "transfer"),
        *Message.objects.order_by("pk").values_list("pk", "body", "kind", "only_for", "created_at", "data"),
    ]


def test_all_that_hangs_on_one_hangs_on_the_other(
    shop: Provider, provider: User, agent: User, keep: Thread, gone: Thread, service: Service
) -> None:
    first, second = sold(keep, provider, service), sold(gone, agent, service)
    card = create_card(gone, by=agent, sale_kind=SaleKind.ADDITIONAL, form_token=uuid4())
    note(second, agent, "Agent's note")
    notice = claim_transfer(
        second,
        by=gone.customer,
        bank="KBank",
        amount=second.total,
        transferred_at=timezone.now(),
        form_token=uuid4(),
    )
    note(notice, provider, "On the notice")
    meeting = book_appointment(gone, by=provider, topic="Talk", start=timezone.now() + timedelta(days=1))
    callback = request_callback(
        shop, by=None, name="Somying", phone="+66891112222", email="", message="Please call"
    )
    CallbackRequest.objects.update(thread=gone, customer=gone.customer)
    note(callback, agent, "On the callback")
    before = credits()
    old = gone.customer

    merge_customers(keep, gone, by=provider)

    assert credits() == before
    keep.refresh_from_db()
    mine = {"customer": keep.customer, "thread": keep}
    assert {order.pk for order in Order.objects.filter(**mine)} == {first.pk, second.pk, card.pk}
    assert Appointment.objects.get(**mine) == meeting
    assert CallbackRequest.objects.get(**mine) == callback
    assert TransferNotice.objects.get().by == keep.customer
    assert Order.objects.visible_to(agent).filter(pk__in=[second.pk, card.pk]).count() == 2
    assert not Thread.objects.filter(pk=gone.pk).exists()
    old.refresh_from_db()
    assert (old.is_active, old.threads.count(), old.orders.count()) == (False, 0, 0)
    again = find_or_create_customer(shop, by=agent, name="Khun Somying", phone="+66812345678")
    assert again == keep.customer


def test_the_messages_follow_without_a_gap_and_stay_whose_they_were(
    provider: User, agent: User, keep: Thread, gone: Thread, service: Service
) -> None:
    post_message(keep, by=provider, body="one")
    post_message(keep, by=keep.customer, body="two")
    post_message(gone, by=gone.customer, body="three")
    create_card(gone, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4())
    post_message(gone, by=agent, body="five")

    merge_customers(keep, gone, by=provider)

    keep.refresh_from_db()
    rows = keep.messages.order_by("seq").values_list("seq", "author", "only_for")
    assert list(rows) == [
        (1, provider.pk, None),
        (2, keep.customer_id, None),
        (3, keep.customer_id, None),
        (4, agent.pk, agent.pk),
        (5, agent.pk, None),
    ]
    assert keep.last_seq == 5
    assert post_message(keep, by=provider, body="six").seq == 6


def test_what_was_unread_stays_unread_and_nothing_else_becomes_so(
    provider: User, agent: User, keep: Thread, gone: Thread
) -> None:
    post_message(keep, by=keep.customer, body="one")
    post_message(gone, by=gone.customer, body="two")
    post_message(gone, by=gone.customer, body="three")
    mark_read(keep, by=provider, seq=1)
    mark_read(gone, by=provider, seq=1)
    mark_read(gone, by=agent, seq=2)

    merge_customers(keep, gone, by=provider)

    assert unread_by_thread(provider) == {keep.pk: 1}
    assert unread_by_thread(agent) == {keep.pk: 3}
    assert set(Participation.objects.values_list("thread", flat=True)) == {keep.pk}


@pytest.mark.parametrize("ended", [True, False])
def test_the_notes_of_two_silences_stand_below_one(
    provider: User, agent: User, keep: Thread, gone: Thread, ended: bool
) -> None:
    silences = [SilentThread.objects.create(thread=t, provider=t.provider) for t in (keep, gone)]
    notes = [note(silences[0], provider, "first"), note(silences[1], agent, "second")]
    end_follow_up(notes[0], by=provider)
    if ended:
        end_follow_up(notes[1], by=agent)

    merge_customers(keep, gone, by=provider)

    silence = SilentThread.objects.get()
    assert (silence.thread, silence.desk_state) == (keep, "ended" if ended else "open")
    kept = silence.follow_ups.order_by("pk").values_list("note", "by")
    assert list(kept) == [("first", provider.pk), ("second", agent.pk)]
    assert silence.follow_ups.filter(ended_at__isnull=False).count() == (1 if ended else 0)


def test_a_silence_of_the_other_moves(provider: User, keep: Thread, gone: Thread) -> None:
    silence = SilentThread.objects.create(thread=gone, provider=gone.provider)
    note(silence, provider, "Waiting")

    merge_customers(keep, gone, by=provider)

    silence.refresh_from_db()
    assert (silence.thread, FollowUp.objects.get().silence) == (keep, silence)


def test_a_phone_that_the_kept_one_lacks_is_taken_over(provider: User, keep: Thread, gone: Thread) -> None:
    User.objects.filter(pk=keep.customer_id).update(phone="")

    merge_customers(keep, gone, by=provider)

    keep.customer.refresh_from_db()
    assert str(keep.customer.phone) == "+66891112222"


def refused(code: str, keep: Thread, gone: Thread, by: User) -> None:
    before = (
        credits(),
        list(Thread.objects.order_by("pk").values()),
        list(User.objects.order_by("pk").values()),
    )

    with pytest.raises(DomainError) as error:
        merge_customers(keep, gone, by=by)

    assert error.value.code == code
    assert before == (
        credits(),
        list(Thread.objects.order_by("pk").values()),
        list(User.objects.order_by("pk").values()),
    )


def test_only_the_owner_merges_and_only_the_shops_own_customers(
    provider: User, agent: User, stranger: User, keep: Thread, gone: Thread, thread: Thread
) -> None:
    elsewhere = written_down(stranger.shops.get(), stranger, "Other", "+66855555555")

    refused("not_allowed", keep, gone, agent)
    refused("not_allowed", keep, gone, stranger)
    refused("same", keep, keep, provider)
    refused("has_account", keep, thread, provider)
    refused("has_account", thread, gone, provider)
    refused("other_shop", keep, elsewhere, provider)


def test_a_customer_of_two_shops_is_neithers_own(
    stranger: User, provider: User, keep: Thread, gone: Thread
) -> None:
    Thread.objects.create(customer=gone.customer, provider=stranger.shops.get(), topic="-")

    assert (is_shop_made(keep), is_shop_made(gone)) == (True, False)
    refused("has_account", keep, gone, provider)


@pytest.mark.django_db(transaction=True)
def test_merging_at_once_both_ways_while_people_write_loses_nothing(
    provider: User, agent: User, keep: Thread, gone: Thread, service: Service
) -> None:
    for thread in (keep, gone):
        sold(thread, agent, service)
    gate = Barrier(8)

    def attempt(act: Callable[[], object]) -> object:
        gate.wait(30)
        try:
            return act()
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    acts: list[Callable[[], object]] = [
        lambda: merge_customers(keep, gone, by=provider),
        lambda: merge_customers(gone, keep, by=provider),
        *[lambda: post_message(keep, by=agent, body="to the one") for _ in range(3)],
        *[lambda: post_message(gone, by=agent, body="to the other") for _ in range(3)],
    ]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, acts))

    merged = [result for result in results[:2] if isinstance(result, Thread)]
    posted = [result for result in results[2:] if isinstance(result, Message)]
    assert len(merged) == 1, results
    assert results[:2].count("merged") == 1, results
    assert {type(result) for result in results[2:] if result not in posted} <= {str}, results
    left = Thread.objects.get()
    seqs = list(left.messages.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, left.last_seq + 1))
    assert left.messages.filter(kind="text").count() == len(posted)
    assert Order.objects.filter(thread=left, customer=left.customer, created_by=agent).count() == 2


def test_the_owner_finds_the_other_entry_and_merges_it_on_the_page(
    client_of: Callable[[User], Client], provider: User, agent: User, keep: Thread, gone: Thread
) -> None:
    client = client_of(provider)
    profile = reverse("customer_profile", args=[keep.pk])

    found = [
        client.get(profile, {"twin": words}).context["twins"] for words in ("somying j", "089-111", "x", "")
    ]
    html = client.post(
        reverse("merge_customers", args=[keep.pk]), {"other": gone.pk}, follow=True
    ).content.decode()

    assert found == [[gone], [gone], [], []]
    assert "Somying J. is now one customer with this one. Nothing was lost." in html
    assert not Thread.objects.filter(pk=gone.pk).exists()
    assert "The same person twice?" not in client_of(agent).get(profile).content.decode()


@pytest.mark.parametrize("other", ["", "x", "999999", "99999999999999999999999"])
def test_merging_with_nobody_does_not_exist(
    client_of: Callable[[User], Client], provider: User, keep: Thread, other: str
) -> None:
    response = client_of(provider).post(reverse("merge_customers", args=[keep.pk]), {"other": other})

    assert response.status_code == 404
