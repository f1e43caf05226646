"""The function menu of a conversation and the two order screens."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from marketplace.notify.models import Notification
from messaging.domain import close_thread
from messaging.models import Message, Thread
from orders.domain import Item, cancel_order, confirm_order, create_card, fill_order
from orders.enums import SaleKind
from orders.models import Order, OutsideSystem
from services.models import Service

ClientOf = Callable[[User], Client]


def lines(*rows: tuple[Any, Any, Any], **fields: Any) -> dict[str, Any]:
    """What the screen sends: (service, quantity, price for one) of each line."""
    sent = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": 0, "discount": "", "delivery_fee": ""}
    for number, (service, quantity, price) in enumerate(rows):
        sent |= {
            f"lines-{number}-service": getattr(service, "pk", service),
            f"lines-{number}-quantity": quantity,
            f"lines-{number}-unit_price": price,
        }
    return {**sent, "delivery_address": "", "note": "", **fields}


@pytest.fixture
def screen(draft: Order) -> str:
    return f"/orders/{draft.pk}/new-sale/"


# --- the function menu ------------------------------------------------------------------------------


def test_the_menu_is_the_shops_and_leads_from_create_order_to_the_two_sales(
    thread: Thread, agent: User, customer: User, client_of: ClientOf
) -> None:
    page = client_of(agent).get(thread.get_absolute_url()).content.decode()

    assert 'aria-label="Functions"' in page
    assert "<span>Create order</span>" in page
    for value, label in (("new", "New sale"), ("additional", "Additional sale")):
        assert f'name="sale_kind" value="{value}"' in page
        assert f"{label}</button>" in page
    assert f'action="/inbox/{thread.pk}/create-order/"' in page
    assert f'href="/inbox/{thread.pk}/appointments/new/"' in page or "Appointment" in page
    assert "Functions" not in client_of(customer).get(thread.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("kind", "heading"), [("new", "New sale"), ("additional", "Additional sale")])
def test_each_sale_makes_a_card_and_opens_its_own_screen(
    kind: str, heading: str, thread: Thread, agent: User, client_of: ClientOf
) -> None:
    client = client_of(agent)

    response = client.post(
        f"/inbox/{thread.pk}/create-order/", {"sale_kind": kind, "form_token": uuid4()}, follow=True
    )

    order = Order.objects.get()
    assert response.redirect_chain == [(f"/orders/{order.pk}/{kind}-sale/", 302)]
    assert f"<h1>{heading}</h1>" in response.content.decode()
    assert (order.status, order.sale_kind, order.created_by) == ("draft", kind, agent)
    assert Message.objects.get().data == {"url": f"/orders/{order.pk}/card/", "label": heading}


def test_a_double_press_makes_one_card_and_the_other_sale_another(
    thread: Thread, agent: User, client_of: ClientOf
) -> None:
    client, token = client_of(agent), uuid4()

    def press(kind: str) -> str:
        sent = {"sale_kind": kind, "form_token": token}
        return client.post(f"/inbox/{thread.pk}/create-order/", sent)["Location"]

    first, again, other = press("new"), press("new"), press("additional")

    assert first == again != other
    assert sorted(Order.objects.values_list("sale_kind", flat=True)) == ["additional", "new"]


def test_the_same_page_pressed_again_after_the_sale_makes_the_next_card(
    thread: Thread, agent: User, service: Service, client_of: ClientOf
) -> None:
    client, sent = client_of(agent), {"sale_kind": "new", "form_token": uuid4()}
    client.post(f"/inbox/{thread.pk}/create-order/", sent)
    fill_order(Order.objects.get(), by=agent, items=[Item(service)])

    second = client.post(f"/inbox/{thread.pk}/create-order/", sent)
    third = client.post(f"/inbox/{thread.pk}/create-order/", sent)

    assert second["Location"] == third["Location"]
    assert sorted(Order.objects.values_list("status", flat=True)) == ["draft", "placed"]


def test_what_the_menu_cannot_mean_is_said_in_the_conversation(
    thread: Thread, agent: User, client_of: ClientOf
) -> None:
    client = client_of(agent)

    odd = client.post(f"/inbox/{thread.pk}/create-order/", {"sale_kind": "gift"}, follow=True)
    close_thread(thread)
    closed = client.post(f"/inbox/{thread.pk}/create-order/", {"sale_kind": "new"}, follow=True)

    assert odd.redirect_chain == closed.redirect_chain == [(f"/inbox/{thread.pk}/", 302)]
    assert [str(said) for said in odd.context["messages"]] == ["Choose “New sale” or “Additional sale”."]
    assert [str(said) for said in closed.context["messages"]] == [
        "This conversation is closed. Order again to reopen it."
    ]
    assert not Order.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("person", ["customer", "stranger"])
def test_the_menus_address_is_not_found_by_others(
    person: str, thread: Thread, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(person))

    response = client.post(f"/inbox/{thread.pk}/create-order/", {"sale_kind": "new"})

    assert response.status_code == 404
    assert not Order.objects.exists()


def test_a_shop_with_an_outside_system_is_led_to_its_screen(
    thread: Thread, agent: User, client_of: ClientOf
) -> None:
    OutsideSystem.objects.create(
        provider=thread.provider,
        new_sale_url="https://sales.example/new?order={order}",
        additional_sale_url="https://sales.example/more?order={order}",
        secret="whsec_x",
    )
    client = client_of(agent)

    made = client.post(f"/inbox/{thread.pk}/create-order/", {"sale_kind": "new"})
    order = Order.objects.get()
    own = client.get(f"/orders/{order.pk}/new-sale/")

    assert made["Location"] == own["Location"] == f"/orders/{order.pk}/screen/"


# --- the screens ----------------------------------------------------------------------------------------


def test_the_screen_leads_back_to_the_conversation_with_the_order_placed(
    screen: str, draft: Order, agent: User, service: Service, tea: Service, client_of: ClientOf
) -> None:
    response = client_of(agent).post(
        screen,
        lines(
            (service, "1", ""),
            (tea, "۳", "๑๐๐.๕๐"),
            discount="۱۰۰",
            delivery_fee="50",
            delivery_address="1 Silom",
            note="Friday",
        ),
        follow=True,
    )

    draft.refresh_from_db()
    card = Message.objects.get(data__url=f"/orders/{draft.pk}/card/")
    assert response.redirect_chain == [(f"/inbox/{draft.thread_id}/#m{card.seq}", 302)]
    assert f"Order {draft.number} is created. The customer has been told." in response.content.decode()
    assert (draft.status, draft.total) == ("placed", Decimal("1751.50"))
    assert [(line.quantity, line.unit_price) for line in draft.lines.order_by("pk")] == [
        (1, Decimal("1500")),
        (3, Decimal("100.50")),
    ]


def test_empty_lines_count_for_nothing(
    screen: str, draft: Order, agent: User, service: Service, client_of: ClientOf
) -> None:
    client_of(agent).post(screen, lines(("", "1", ""), (service, "", ""), ("", "", "")))

    assert draft.lines.get().title == "Legal advice by video"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Choose at least one service."),
        ({"quantity": "2"}, "You can order this service only once per order."),
        ({"quantity": "many"}, "Enter a whole number."),
        ({"price": "0"}, "Write an amount above zero."),
        ({"price": "12345678901"}, "Ensure that there are no more than"),
        ({"price": "cheap"}, "Write only the number, as in 1234.50."),
        ({"discount": "1500.01"}, "The discount is larger than the order."),
        ({"discount": "-1"}, "Write zero or an amount above it."),
        ({"delivery_fee": "free"}, "Write only the number, as in 1234.50."),
        ({"delivery_address": "x" * 1001}, "at most 1000 characters"),
        ({"service": "999999"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_beside_it_and_nothing_typed_is_lost(
    sent: dict[str, str],
    sentence: str,
    screen: str,
    draft: Order,
    agent: User,
    service: Service,
    client_of: ClientOf,
) -> None:
    row = (sent.get("service", service.pk), sent.get("quantity", "1"), sent.get("price", ""))
    fields = {name: value for name, value in sent.items() if name not in ("service", "quantity", "price")}
    typed = lines(row if sent else ("", "1", ""), **{"note": "<b>Ring</b>", **fields})

    response = client_of(agent).post(screen, typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "&lt;b&gt;Ring&lt;/b&gt;" in page
    for value in sent.values():
        assert value in page or value == "999999"  # a choice that does not exist cannot be shown
    draft.refresh_from_db()
    assert (draft.status, draft.lines.count()) == ("draft", 0)
    assert not Notification.objects.exists()


def test_another_shops_service_is_no_choice(
    screen: str, draft: Order, agent: User, stranger: User, make_service: Callable[..., Service],
    client_of: ClientOf,
) -> None:  # fmt: skip
    theirs = make_service("Theirs", provider=stranger.shops.get())
    client = client_of(agent)

    assert "Theirs" not in client.get(screen).content.decode()
    assert client.post(screen, lines((theirs, "1", ""))).status_code == 422
    assert draft.lines.count() == 0


def test_more_than_twenty_lines_are_refused(
    screen: str, draft: Order, agent: User, service: Service, client_of: ClientOf
) -> None:
    client = client_of(agent)

    too_many = client.post(screen, lines(*[(service, "1", "")] * 21))
    client.post(screen, lines(*[(service, "1", "")] * 20))

    assert too_many.status_code == 422
    assert "At most 20 lines in one order." in too_many.content.decode()
    assert draft.lines.count() == 20


def test_another_line_is_added_without_scripts_and_the_total_worked_out(
    screen: str, draft: Order, agent: User, service: Service, tea: Service, client_of: ClientOf
) -> None:
    client = client_of(agent)
    typed = lines((service, "1", ""), (tea, "๒", ""), discount="41", note="Friday")

    more = client.post(screen, {**typed, "preview": "line"})
    same = client.post(screen, {**typed, "preview": "total"})
    broken = client.post(screen, {**lines((tea, "x", "")), "preview": "line"})

    assert [len(page.context["form"].lines.forms) for page in (more, same, broken)] == [3, 2, 2]
    assert [page.status_code for page in (more, same, broken)] == [200, 200, 200]
    for page in (more.content.decode(), same.content.decode()):
        assert '<output class="price" id="sale-total">฿1,700</output>' in page
        assert 'value="๒"' in page
        assert "Friday" in page
    assert "Enter a whole number" not in broken.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_form_without_its_lines_is_asked_for_again(
    screen: str, draft: Order, agent: User, client_of: ClientOf
) -> None:
    response = client_of(agent).post(screen, {"note": "Mine"})

    assert response.status_code == 422
    assert "Please send the form once more." in response.content.decode()
    assert "Mine" in response.content.decode()


def test_an_additional_sale_starts_from_the_earlier_order(
    thread: Thread, card: Order, agent: User, tea: Service, client_of: ClientOf
) -> None:
    earlier = fill_order(
        create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4()),
        by=agent,
        items=[Item(tea, 4, Decimal("99.50"))],
    )
    more = create_card(thread, by=agent, sale_kind=SaleKind.ADDITIONAL, form_token=uuid4())

    response = client_of(agent).get(f"/orders/{more.pk}/additional-sale/")

    page = response.content.decode()
    assert str(earlier.number) in page
    assert [
        tuple(line[name].value() for name in ("service", "quantity", "unit_price"))
        for line in response.context["form"].lines
    ] == [(str(tea.pk), "4", "99.50")]
    assert "฿398" in page


def test_a_screen_of_the_other_sale_leads_to_the_right_one(
    draft: Order, agent: User, client_of: ClientOf
) -> None:
    response = client_of(agent).get(f"/orders/{draft.pk}/additional-sale/")

    assert response["Location"] == f"/orders/{draft.pk}/new-sale/"


def test_a_card_that_is_no_draft_any_more_is_not_filled_again(
    screen: str, draft: Order, agent: User, service: Service, client_of: ClientOf
) -> None:
    client, typed = client_of(agent), lines((service, "1", ""))

    first = client.post(screen, typed)
    again = client.post(screen, typed)
    shown = client.get(screen)

    assert first["Location"] == f"/inbox/{draft.thread_id}/#m1"
    assert again["Location"] == shown["Location"] == f"/orders/{draft.pk}/"
    assert (draft.lines.count(), Notification.objects.count()) == (1, 1)


# --- the card ---------------------------------------------------------------------------------------------


def facts(client: Client, order: Order) -> dict[str, str]:
    """Label → value as the card shows them."""
    import re

    page = client.get(f"/orders/{order.pk}/card/", headers={"X-Requested-With": "fetch"}).content.decode()
    pairs = re.findall(r"<dt[^>]*>(.*?)</dt><dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return {label: re.sub(r"<[^>]+>", "", value).strip() for label, value in pairs}


def test_the_card_has_exactly_the_manuals_fields_and_fills_as_they_are_known(
    draft: Order, agent: User, customer: User, service: Service, client_of: ClientOf
) -> None:
    client = client_of(agent)
    whose = {"Kind of sale": "New sale", "Created by": "Agent"}
    Order.objects.filter(pk=draft.pk).update(phone="+66812345678")
    draft.refresh_from_db()

    assert facts(client, draft) == {
        "Customer name": "Customer",
        "Status": "Creating order",
        "Service": "",
        "Order number": "",
        "Phone": "+66 81 234 5678",
        **whose,
    }

    order = fill_order(draft, by=agent, items=[Item(service)])
    assert facts(client, order) == {
        "Customer name": "Customer",
        "Status": "Placed",
        "Service": "Legal advice by video",
        "Order number": order.number,
        "Phone": "+66 81 234 5678",
        **whose,
    }

    confirm_order(order, by=agent)
    assert facts(client_of(customer), order) == {
        "Customer name": "Customer",
        "Status": "Confirmed",
        "Service": "Legal advice by video",
        "Order number": order.number,
        "Contract number": f"C-{order.number}",
        "Outstanding time": "0 minutes",
        "Phone": "+66 81 234 5678",
        **whose,
    }

    cancel_order(order, by=agent, reason="No time")
    assert "Outstanding time" not in facts(client, order)
    assert facts(client, order)["Status"] == "Cancelled"


def test_a_draft_is_gone_on_with_or_cancelled_from_its_card(
    draft: Order, agent: User, customer: User, client_of: ClientOf
) -> None:
    client = client_of(agent)
    headers = {"X-Requested-With": "fetch"}

    card = client.get(f"/orders/{draft.pk}/card/", headers=headers).content.decode()
    theirs = client_of(customer).get(f"/orders/{draft.pk}/card/", headers=headers).content.decode()
    cancelled = client.post(f"/orders/{draft.pk}/cancel/", {"reason": ""})

    assert f'href="/orders/{draft.pk}/new-sale/"' in card
    assert f'href="/orders/{draft.pk}/?cancel=1#cancel"' in card
    assert "Continue" not in theirs
    draft.refresh_from_db()
    assert (cancelled.status_code, draft.status) == (302, "cancelled")


def test_the_panel_shows_drafts_on_both_sides(
    draft: Order, agent: User, customer: User, client_of: ClientOf
) -> None:
    for person in (agent, customer):
        page = client_of(person).get(f"/inbox/{draft.thread_id}/panel/").content.decode()
        assert "Creating order" in page
        assert f'href="/orders/{draft.pk}/"' in page


@pytest.mark.parametrize(
    "typed", [("abc", "1", "0"), ("100", "0", "0"), ("100", "1", "x"), ("100", "1", "200")]
)
def test_what_has_no_sum_shows_none(
    typed: tuple[str, str, str], screen: str, draft: Order, agent: User, service: Service, client_of: ClientOf
) -> None:
    price, quantity, discount = typed

    page = client_of(agent).post(
        screen, {**lines((service, quantity, price), discount=discount), "preview": "total"}
    )

    assert '<output class="price" id="sale-total">–</output>' in page.text
