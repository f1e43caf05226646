"""The owner's page of the outside order system, and its logs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Provider, User
from messaging.models import Thread
from orders.domain import create_card, outside
from orders.enums import SaleKind
from orders.models import Order, OutsideDelivery, OutsideEvent, OutsideSystem

ClientOf = Callable[[User], Client]
PAGE = "/settings/order-system/"
NEW = "https://orders.example/new?card={order}&name={customer_name}&tel={phone}&by={agent}"
ADD = "https://orders.example/add/{order}"
EVENTS = "https://orders.example/events"
ALL = {"new_sale_url": NEW, "additional_sale_url": ADD, "webhook_url": EVENTS}


@pytest.fixture
def system(shop: Provider, provider: User) -> OutsideSystem:
    return outside.save_system(shop, by=provider, **ALL)[0]


@pytest.fixture
def make_card(thread: Thread, agent: User) -> Callable[..., Order]:
    def make(kind: SaleKind = SaleKind.NEW) -> Order:
        return create_card(thread, by=agent, sale_kind=kind, form_token=uuid4())

    return make


def test_the_settings_of_an_owner_lead_to_it_and_those_of_an_agent_do_not(
    provider: User, agent: User, shop: Provider, client_of: ClientOf
) -> None:
    assert f'href="{PAGE}"' in client_of(provider).get("/settings/").content.decode()
    assert f'href="{PAGE}"' not in client_of(agent).get("/settings/").content.decode()


def test_connecting_shows_the_secret_once(provider: User, shop: Provider, client_of: ClientOf) -> None:
    browser = client_of(provider)

    saved = browser.post(f"{PAGE}save/", ALL)
    first, second = browser.get(PAGE).content.decode(), browser.get(PAGE).content.decode()

    system = OutsideSystem.objects.get(provider=shop)
    assert (saved.status_code, saved["Location"]) == (302, PAGE)
    assert (system.new_sale_url, system.additional_sale_url, system.webhook_url) == (NEW, ADD, EVENTS)
    assert (system.secret[:6], len(system.secret), system.is_active) == ("whsec_", 50, True)
    assert (first.count(system.secret), second.count(system.secret)) == (1, 0)
    assert f"/hooks/orders/{system.token}/" in second
    assert 'href="/hooks/orders/openapi.json"' in second


def test_saving_again_changes_the_addresses_and_keeps_the_secret(
    provider: User, system: OutsideSystem, client_of: ClientOf
) -> None:
    client_of(provider).post(f"{PAGE}save/", {**ALL, "webhook_url": ""})

    again = OutsideSystem.objects.get()
    assert (again.secret, again.token, again.webhook_url) == (system.secret, system.token, "")


def test_a_new_secret_is_shown_once_and_replaces_the_old(
    provider: User, system: OutsideSystem, client_of: ClientOf
) -> None:
    browser = client_of(provider)

    browser.post(f"{PAGE}secret/")
    page = browser.get(PAGE).content.decode()

    new = OutsideSystem.objects.get().secret
    assert new != system.secret
    assert (new in page, new in browser.get(PAGE).content.decode()) == (True, False)


def test_disconnecting_and_reconnecting(provider: User, system: OutsideSystem, client_of: ClientOf) -> None:
    browser = client_of(provider)

    browser.post(f"{PAGE}disconnect/")
    assert OutsideSystem.objects.get().is_active is False
    browser.post(f"{PAGE}reconnect/")

    after = OutsideSystem.objects.get()
    assert (after.is_active, after.secret, after.token) == (True, system.secret, system.token)


def test_what_is_not_connected_can_not_be_disconnected(
    provider: User, shop: Provider, client_of: ClientOf
) -> None:
    response = client_of(provider).post(f"{PAGE}secret/", follow=True)

    assert "Connect your order system first." in response.content.decode()
    assert not OutsideSystem.objects.exists()


@pytest.mark.parametrize(
    ("field", "address", "sentence"),
    [
        ("new_sale_url", "", "This field is required."),
        ("new_sale_url", "orders.example/{order}", "Write a whole address"),
        ("new_sale_url", "https://orders.example/", "Put {order} where your system"),
        ("new_sale_url", "https://orders.example/{order}/{price}", "There is no {price}."),
        ("new_sale_url", "https://orders.example/{order}/{", "A brace is missing."),
        ("new_sale_url", "https://{order}.example/", "Placeholders can stand only behind the host"),
        ("new_sale_url", "javascript:alert({order})", "Write a whole address"),
        ("additional_sale_url", "https://user@orders.example/{order}", "The address cannot be used."),
        ("additional_sale_url", "http://orders.example/{order}", "The address cannot be used."),
        ("webhook_url", "https://10.0.0.1/events", "The address belongs to a private network."),
        ("webhook_url", "https://localhost/events", "The address belongs to a private network."),
        ("webhook_url", "http://orders.example/events", "The address cannot be used."),
        ("webhook_url", "nonsense", "Write a whole address"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_and_nothing_typed_is_lost(
    field: str,
    address: str,
    sentence: str,
    provider: User,
    shop: Provider,
    client_of: ClientOf,
    settings: Any,
) -> None:
    settings.OUTSIDE_ALLOW_PRIVATE = False

    response = client_of(provider).post(f"{PAGE}save/", {**ALL, field: address})

    assert response.status_code == 422
    assert sentence in str(response.context["form"].errors[field])
    assert [response.context["form"][name].value() for name in ALL] == list({**ALL, field: address}.values())
    assert not OutsideSystem.objects.exists()


def test_a_trial_on_one_machine_may_use_private_addresses(
    provider: User, shop: Provider, client_of: ClientOf
) -> None:
    client_of(provider).post(f"{PAGE}save/", {**ALL, "webhook_url": "http://127.0.0.1:9000/events"})

    assert OutsideSystem.objects.get().webhook_url == "http://127.0.0.1:9000/events"


def test_the_screens_of_both_kinds_of_sale_get_the_facts_of_the_card(
    agent: User, system: OutsideSystem, make_card: Callable[..., Order]
) -> None:
    new, more = make_card(), make_card(SaleKind.ADDITIONAL)
    new.customer_name, new.phone = "Lan & Co/ลาน", "+66812345678"

    assert outside.screen_address(new, agent) == (
        f"https://orders.example/new?card={new.pk}&name=Lan%20%26%20Co%2F%E0%B8%A5%E0%B8%B2%E0%B8%99"
        "&tel=%2B66812345678&by=agent%40people.example"
    )
    assert outside.screen_address(more, agent) == f"https://orders.example/add/{more.pk}"


def test_without_a_connected_system_our_own_screen_fills_the_card(
    agent: User,
    provider: User,
    shop: Provider,
    make_card: Callable[..., Order],
    client_of: ClientOf,
) -> None:
    card = make_card()
    assert outside.screen_address(card, agent) is None
    outside.save_system(shop, by=provider, **ALL)
    outside.disconnect(shop, by=provider)

    response = client_of(agent).get(f"/orders/{card.pk}/screen/")

    assert outside.screen_address(card, agent) is None
    assert (response.status_code, response["Location"]) == (302, f"/orders/{card.pk}/new-sale/")


def test_a_filled_card_leads_to_its_order(
    agent: User, system: OutsideSystem, make_card: Callable[..., Order], client_of: ClientOf
) -> None:
    card = make_card()
    Order.objects.update(status="confirmed", number="SC-1")

    response = client_of(agent).get(f"/orders/{card.pk}/screen/")

    assert (response.status_code, response["Location"]) == (302, f"/orders/{card.pk}/")


def test_only_the_owner_changes_it(agent: User, provider: User, shop: Provider, client_of: ClientOf) -> None:
    outside.save_system(shop, by=provider, **ALL)
    before = OutsideSystem.objects.values().get()

    answers = [
        client_of(agent).post(f"{PAGE}{action}/", {**ALL, "webhook_url": ""}).status_code
        for action in ("save", "secret", "disconnect", "reconnect")
    ]

    assert answers == [404, 404, 404, 404]
    assert OutsideSystem.objects.values().get() == before


def test_the_log_of_what_was_sent_shows_state_answer_and_body(
    provider: User, system: OutsideSystem, make_card: Callable[..., Order], client_of: ClientOf
) -> None:
    make_card()
    OutsideDelivery.objects.update(status="failed", attempts=6, answer_status=500, answer="<b>Oops</b>")

    page = client_of(provider).get(f"{PAGE}sent/").content.decode()

    assert "Failed" in page
    assert "HTTP 500" in page
    assert "&lt;b&gt;Oops&lt;/b&gt;" in page
    assert "&quot;type&quot;: &quot;order.created&quot;" in page


def test_a_problem_is_told_in_the_readers_words(
    provider: User, system: OutsideSystem, make_card: Callable[..., Order], client_of: ClientOf
) -> None:
    make_card()
    OutsideDelivery.objects.update(attempts=2, answer="timeout")

    page = client_of(provider).get(f"{PAGE}sent/").content.decode()

    assert "No answer in time." in page
    assert "2 attempts so far, the next at" in page


def test_send_again_makes_it_due_under_the_same_id(
    provider: User, system: OutsideSystem, make_card: Callable[..., Order], client_of: ClientOf
) -> None:
    make_card()
    event_id = OutsideDelivery.objects.get().event_id
    OutsideDelivery.objects.update(status="failed", attempts=6, answer_status=500, answer="Oops")

    response = client_of(provider).post(f"{PAGE}sent/{OutsideDelivery.objects.get().pk}/again/")

    again = OutsideDelivery.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}sent/")
    assert (again.status, again.attempts, again.event_id) == ("pending", 0, event_id)


def test_another_shops_event_is_not_found(
    stranger: User, system: OutsideSystem, make_card: Callable[..., Order], client_of: ClientOf
) -> None:
    make_card()
    OutsideDelivery.objects.update(status="failed")

    response = client_of(stranger).post(f"{PAGE}sent/{OutsideDelivery.objects.get().pk}/again/")

    assert response.status_code == 404
    assert OutsideDelivery.objects.get().status == "failed"
    assert "order.created" not in client_of(stranger).get(f"{PAGE}sent/").content.decode()


def came(system: OutsideSystem, number: int, **fields: Any) -> OutsideEvent:
    given = {"outcome": "unknown_order", "detail": "This shop has no card 7.", "body": {"order": "7"}}
    return OutsideEvent.objects.create(
        system=system, event_id=f"msg_{number}", sent_at=datetime.now(UTC), **{**given, **fields}
    )


def test_the_log_of_what_came_shows_outcome_reason_and_body(
    provider: User, system: OutsideSystem, client_of: ClientOf
) -> None:
    came(system, 1)
    came(system, 2, outcome="malformed", body="<script>", detail="The body is not JSON")

    page = client_of(provider).get(f"{PAGE}received/").content.decode()

    assert "Refused: unknown order" in page
    assert "This shop has no card 7." in page
    assert "&lt;script&gt;" in page
    assert "msg_1" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_logs_take_the_same_queries_with_one_row_and_with_three(
    rows: int,
    provider: User,
    system: OutsideSystem,
    make_card: Callable[..., Order],
    client_of: ClientOf,
    django_assert_num_queries: Any,
) -> None:
    for number in range(rows):
        came(system, number, order=make_card(), outcome="updated")
    browser = client_of(provider)
    browser.get(PAGE)

    for log in ("sent", "received"):
        with django_assert_num_queries(8):
            page = browser.get(f"{PAGE}{log}/")
        assert len(page.context["rows"]) == rows


def test_the_logs_are_read_page_by_page(provider: User, system: OutsideSystem, client_of: ClientOf) -> None:
    events = [came(system, number) for number in range(45)][::-1]
    browser = client_of(provider)

    pages, address = [], f"{PAGE}received/"
    for _ in range(3):
        page = browser.get(address)
        pages.append([row.pk for row in page.context["rows"]])
        address = f"{PAGE}received/?before={page.context['older']}"

    assert [len(page) for page in pages] == [20, 20, 5]
    assert sum(pages, []) == [event.pk for event in events]
    assert 'rel="next"' not in page.content.decode()


def test_nonsense_in_the_address_of_a_page_is_its_first(
    provider: User, system: OutsideSystem, client_of: ClientOf
) -> None:
    came(system, 1)

    for before in ("x", "-1", "9" * 30, "٣x"):
        assert len(client_of(provider).get(f"{PAGE}received/?before={before}").context["rows"]) == 1
