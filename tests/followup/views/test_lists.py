import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Provider, User
from followup.models import CallbackRequest, FollowUp
from orders.domain import confirm_order
from orders.enums import SalesChannel
from orders.models import Order

LISTS = ["/sales/follow-up/", "/sales/orders/", "/sales/callbacks/", "/sales/transfers/"]


def rows(response: Any) -> list[tuple[str, int]]:
    return [(row.kind.value, row.lead.pk) for row in response.context["rows"]]


def test_the_side_menu_and_every_page_of_the_desk_have_its_menus(
    provider: User, shop: Provider, client_of: Callable[[User], Client]
) -> None:
    client = client_of(provider)

    assert 'href="/sales/"' in client.get("/dashboard/").content.decode()
    for page in ("/sales/", *LISTS):
        text = client.get(page).content.decode()
        for address, word in (
            ("/sales/follow-up/", "Follow-up"),
            ("/sales/orders/", "Orders"),
            ("/sales/callbacks/", "Callback requests"),
            ("/sales/transfers/", "Transfer notices"),
            ("/sales/order/", "Order for a customer"),
        ):
            assert f'href="{address}"' in text
            assert word in text


def test_the_symbol_says_its_state_leads_to_the_lead_and_shows_the_newest_note(
    order: Order,
    provider: User,
    note: Callable[..., FollowUp],
    now: datetime,
    client_of: Callable[[User], Client],
) -> None:
    note(order, "Wants a discount", now + timedelta(days=3))

    page = client_of(provider).get("/sales/follow-up/").content.decode()

    assert f'href="/sales/orders/{order.pk}/" aria-label="Following up"' in page
    assert f'aria-describedby="tip-order-{order.pk}-text"' in page
    assert f'id="tip-order-{order.pk}-text" role="tooltip"' in page
    assert f'popovertarget="tip-order-{order.pk}"' in page
    assert "Wants a discount" in page


def test_overdue_and_due_today_differ_in_words(
    place: Callable[..., Order],
    provider: User,
    note: Callable[..., FollowUp],
    now: datetime,
    client_of: Callable[[User], Client],
) -> None:
    note(place(), at=now)
    client = client_of(provider)

    page = client.get("/sales/follow-up/").content.decode()
    assert ("due today" in page, "overdue since" in page) == (True, False)
    note(place(), at=now - timedelta(days=2))
    assert "overdue since" in client.get("/sales/follow-up/").content.decode()


def test_states_and_filters_narrow_the_list_and_its_counts(
    place: Callable[..., Order],
    ask: Callable[..., CallbackRequest],
    provider: User,
    note: Callable[..., FollowUp],
    now: datetime,
    client_of: Callable[[User], Client],
) -> None:
    due, fresh, call = place(), confirm_order(place(), by=provider), ask()
    note(due, at=now)
    client = client_of(provider)

    assert rows(client.get("/sales/follow-up/")) == [
        ("order", due.pk), ("callback", call.pk), ("order", fresh.pk)
    ]  # fmt: skip
    assert rows(client.get("/sales/follow-up/?state=due")) == [("order", due.pk)]
    assert rows(client.get("/sales/orders/?status=confirmed")) == [("order", fresh.pk)]
    assert rows(client.get("/sales/orders/?channel=behalf")) == []
    assert rows(client.get("/sales/callbacks/?q=caller")) == [("callback", call.pk)]
    assert rows(client.get(f"/sales/orders/?q={due.number}")) == [("order", due.pk)]
    assert rows(client.get("/sales/transfers/?finding=matches&decision=waiting")) == []
    nonsense = client.get("/sales/orders/?state=x&status=x&channel=x&agent=x&from=x&after=x&q=%00")
    assert rows(nonsense) == [("order", due.pk), ("order", fresh.pk)]
    found = {
        value: count
        for value, _label, count in client.get("/sales/orders/?status=confirmed").context["symbols"]
    }
    assert found == {"due": 0, "none": 1, "following": 0, "ended": 0}


def test_more_leads_on_and_every_filter_stays(
    place: Callable[..., Order], provider: User, client_of: Callable[[User], Client]
) -> None:
    orders = [place().pk for _ in range(27)]
    client = client_of(provider)

    first = client.get("/sales/orders/?status=placed")
    second = client.get("/sales/orders/", {"status": "placed", "after": first.context["next"]})

    assert [pk for _kind, pk in rows(first) + rows(second)] == orders[::-1]
    assert (len(rows(first)), second.context["next"]) == (25, "")
    assert f"?status=placed&amp;after={first.context['next']}" in first.content.decode().replace("%7E", "~")


@pytest.mark.parametrize("page", ["/sales/follow-up/", "/sales/orders/"])
def test_a_list_costs_the_same_with_one_row_and_with_three(
    page: str,
    place: Callable[..., Order],
    note: Callable[..., FollowUp],
    provider: User,
    client_of: Callable[[User], Client],
    django_assert_num_queries: Any,
) -> None:
    client = client_of(provider)
    note(place())
    expected = len(_queries(client, page))

    for _ in range(2):
        note(place())

    assert len(rows(client.get(page))) == 3
    with django_assert_num_queries(expected):
        client.get(page)


def _queries(client: Client, page: str) -> list[Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(page)
    with CaptureQueriesContext(connection) as captured:
        client.get(page)
    return list(captured.captured_queries)


def test_an_empty_desk_says_what_will_stand_there(
    provider: User, shop: Provider, client_of: Callable[[User], Client]
) -> None:
    client = client_of(provider)

    assert "Nobody has asked to be called back yet" in client.get("/sales/callbacks/").content.decode()
    assert "No leads yet" in client.get("/sales/follow-up/").content.decode()
    assert "Nothing here" in client.get("/sales/follow-up/?state=due").content.decode()


def test_who_works_nowhere_has_no_desk(customer: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(customer)

    assert {client.get(page).status_code for page in ("/sales/", *LISTS)} == {404}


def test_the_dashboards_number_is_the_one_of_the_list(
    place: Callable[..., Order],
    note: Callable[..., FollowUp],
    provider: User,
    now: datetime,
    client_of: Callable[[User], Client],
) -> None:
    note(place(), at=now)
    note(place(), at=now - timedelta(days=4))
    note(place(), at=now + timedelta(days=4))
    client = client_of(provider)

    page = client.get("/dashboard/")

    assert page.context["due"] == 2
    assert 'href="/sales/follow-up/?state=due"' in page.content.decode()
    assert len(rows(client.get("/sales/follow-up/?state=due"))) == 2


# --- exports ---------------------------------------------------------------------------------------


def exported(response: Any) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_an_export_is_the_list_in_its_order_with_phones_as_text(
    place: Callable[..., Order],
    ask: Callable[..., CallbackRequest],
    make_person: Callable[..., User],
    provider: User,
    note: Callable[..., FollowUp],
    now: datetime,
    client_of: Callable[[User], Client],
) -> None:
    order = place(make_person("dao", display_name="Nguyễn Dao", phone="+66812345678"))
    note(order, "=1+1", now)
    ask("Caller", phone="0812345")

    table = exported(client_of(provider).get("/sales/follow-up/export/csv/"))

    assert [line["Phone"] for line in table] == ["+66812345678", "0812345"]
    assert [line["Customer name"] for line in table] == ["Nguyễn Dao", "Caller"]
    assert (table[0]["Order number"], table[0]["Note"], table[0]["Written by"]) == (
        order.number, "'=1+1", "Provider"
    )  # fmt: skip
    assert [line["Follow-up"] for line in table] == ["Due for follow-up", "Not followed up"]
    assert table[0]["Follow-up date (Asia/Bangkok)"] != ""


def test_an_export_keeps_the_filters_and_what_is_hidden_hidden(
    place: Callable[..., Order],
    provider: User,
    agent: User,
    client_of: Callable[[User], Client],
) -> None:
    place(channel=SalesChannel.BEHALF, created_by=provider)
    web = confirm_order(place(), by=provider)
    place()

    table = exported(client_of(agent).get("/sales/orders/export/csv/?status=confirmed"))

    assert [line["Order number"] for line in table] == [web.number]
    assert len(exported(client_of(agent).get("/sales/orders/export/csv/"))) == 2
    assert len(exported(client_of(provider).get("/sales/orders/export/csv/"))) == 3


def test_an_excel_file_comes_too_and_nothing_else(
    order: Order, provider: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(provider)

    response = client.get("/sales/orders/export/xlsx/")

    assert b"".join(response.streaming_content)[:2] == b"PK"
    assert "orders-" in response["Content-Disposition"]
    assert client.get("/sales/orders/export/pdf/").status_code == 404
    assert client.get("/sales/reports/export/csv/").status_code == 404
    response.close()
