"""What a shop keeps from its couriers is in no answer of any address that a courier can open, with an
account or with a task's link alone: pages, pieces of pages, data, files. rules.py says which those are."""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.models import User
from delivery.domain import Proof, hand_over
from delivery.domain import report as report_delivery
from delivery.enums import DeliveryState
from delivery.models import DeliverySettings
from marketplace.common.text import fold_digits
from orders.models import Order, OrderLine
from tests.access.rules import RULES, SIGNED_OUT, Rule

# Whoever has the customer's own link sees the order: its secret is one of the hidden values.
CUSTOMERS_LINK = {"orders:link", "orders:link_transfer", "delivery:link_section", "delivery:link_proof"}
ALLOWED = {name for name, rule in RULES.items() if "courier" in rule.allowed} - CUSTOMERS_LINK
WITHOUT_ACCOUNT = {name for name in ALLOWED if SIGNED_OUT in RULES[name].allowed}

# The addresses of deliveries, and when their answer shows the task: while the courier has it, once it is
# delivered, after somebody else got it. A new one has to be written down here, and is walked then.
NEVER, HAS, DONE = frozenset[str](), frozenset({"has"}), frozenset({"done"})
DELIVERIES: dict[str, frozenset[str]] = {
    "delivery:tasks": HAS | DONE,
    "delivery:tasks_data": NEVER,
    "delivery:tasks_manifest": NEVER,
    "delivery:task_history": DONE,
    "delivery:task": HAS | DONE,
    "delivery:report": HAS | DONE,
    "delivery:task_proof": NEVER,
    "delivery:task_link": HAS,
    "delivery:link_report": HAS,
    "delivery:task_link_proof": NEVER,
    "delivery:states": NEVER,
}
SHOWN_ALWAYS = "12 Charoen Krung"
SWITCHES = ("show_lines", "show_prices", "show_total", "show_phone", "show_note")
NUMBER_SIGNS = re.compile(r"(?<=\d)[\s.,٬٫ \-\u00a0\u202f]+(?=\d)")
ASKED_AS: tuple[dict[str, str], ...] = (
    {},
    {"X-Requested-With": "fetch"},
    {"Accept": "application/json"},
)


@pytest.fixture
def hidden(world: dict[str, Any]) -> dict[str, str]:
    """Planted in the order that the courier carries, each as it is looked for: folded digits, no signs in
    numbers. It is paid, so that the amount to collect, which always shows, is not the total."""
    order = world["delivery"].order
    User.objects.filter(pk=order.customer_id).update(email="veiled@people.example", phone="+66865432109")
    OrderLine.objects.filter(order=order).update(title="Veiled saffron", unit_price="4827193456.78")
    Order.objects.filter(pk=order.pk).update(
        total="739153746482.19",
        discount="618273645519.37",
        delivery_fee="527364518893.46",
        phone="+66891234567",
        note="Veiled wish of the customer",
        paid_at=timezone.now(),
    )
    return {
        "item": "Veiled saffron",
        "price": "482719345678",
        "total": "73915374648219",
        "discount": "61827364551937",
        "fee": "52736451889346",
        "phone": "891234567",
        "own phone": "865432109",
        "email": "veiled@people.example",
        "note": "Veiled wish",
        "link": str(order.link_token),
    }


def limit(world: dict[str, Any], *, is_shown: bool) -> None:
    DeliverySettings.objects.update_or_create(
        provider=world["delivery"].provider, defaults=dict.fromkeys(SWITCHES, is_shown)
    )


@pytest.fixture(params=["has", "done", "had"])
def moment(request: pytest.FixtureRequest, world: dict[str, Any], agent: User) -> str:
    delivery = world["delivery"]
    if request.param == "done":
        said = {"client_id": uuid4(), "state": DeliveryState.DELIVERED, "said_at": timezone.now()}
        report_delivery(delivery, courier=delivery.courier, proof=Proof(receiver="Malee"), **said)
    if request.param == "had":
        other = world["spare_courier"]
        hand_over(delivery.order, courier=other, by=agent, seen=delivery.assignment_number)
    return str(request.param)


@pytest.fixture
def phones(people: dict[str, User], settings: Any) -> dict[str, Client]:
    """Of the courier who is logged in, and of whoever has the link. Under DEBUG /outbox/ shows everything."""
    settings.DEBUG = False
    with_account = Client()
    with_account.force_login(people["courier"], backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"account": with_account, "link": Client()}


def test_every_address_of_deliveries_that_a_courier_can_open_is_walked() -> None:
    assert {name for name in ALLOWED if name.startswith("delivery:")} == set(DELIVERIES)


def test_nothing_hidden_is_in_any_answer_about_deliveries(
    moment: str, phones: dict[str, Client], world: dict[str, Any], hidden: dict[str, str]
) -> None:
    limit(world, is_shown=False)

    found = walk(DELIVERIES, phones, world, {**hidden, "shown": SHOWN_ALWAYS})

    shows = {name: {"shown"} if moment in when else set() for name, when in DELIVERIES.items()}
    assert found == shows


def test_the_walk_would_find_it(
    moment: str, phones: dict[str, Client], world: dict[str, Any], hidden: dict[str, str]
) -> None:
    limit(world, is_shown=True)

    found = walk(DELIVERIES, phones, world, hidden)

    whole, row = {"item", "price", "total", "phone", "note"}, {"phone"}
    is_task = {"delivery:task", "delivery:report", "delivery:task_link", "delivery:link_report"}
    in_row = {"delivery:tasks"} if moment == "has" else set()
    expected = {
        name: whole if name in is_task and moment in when else row if name in in_row else set()
        for name, when in DELIVERIES.items()
    }
    assert found == expected


def test_nothing_hidden_is_in_any_other_answer(
    phones: dict[str, Client], world: dict[str, Any], hidden: dict[str, str]
) -> None:
    limit(world, is_shown=False)
    others = sorted(ALLOWED - set(DELIVERIES))

    found = walk(others, phones, world, hidden, asked_as=ASKED_AS[:2])

    assert {"orders:list", "messaging:inbox", "dashboard", "outbox"} < set(others)
    assert found == dict.fromkeys(others, set())


def test_the_phone_keeps_walked_pages_alone(phones: dict[str, Client], world: dict[str, Any]) -> None:
    pages = phones["account"].get(reverse("delivery:tasks_data")).json()["pages"]

    assert {resolve(page["url"]).view_name for page in pages} == {"delivery:tasks", "delivery:task"}


def walk(
    names: Iterable[str],
    phones: dict[str, Client],
    world: dict[str, Any],
    wanted: dict[str, str],
    *,
    asked_as: Sequence[dict[str, str]] = ASKED_AS,
) -> dict[str, set[str]]:
    """Which of `wanted` the answers hold, by the name of the address; each request is undone."""
    found: dict[str, set[str]] = {}
    for name in names:
        found[name] = set()
        for holder, phone in phones.items():
            if holder == "account" or name in WITHOUT_ACCOUNT:
                for answer in answers(name, phone, world, asked_as):
                    found[name] |= {key for key, value in wanted.items() if value in answer}
    return found


def answers(
    name: str, phone: Client, world: dict[str, Any], asked_as: Sequence[dict[str, str]]
) -> Iterable[str]:
    """Of one address, asked in every way, with what its rule sends and with nothing."""
    rule: Rule = RULES[name]
    address = reverse(name, kwargs=rule.arguments(world))
    order = {"order": world["delivery"].order_id}  # lists that take orders by their number
    sent = (rule.data(world), {}) if rule.method == "post" else ({}, order)
    for headers in asked_as:
        for data in sent:
            with transaction.atomic():
                if "client_id" in data:
                    data = {**data, "client_id": str(uuid4())}
                response = getattr(phone, rule.method)(address, data, headers=headers, follow=True)
                yield text_of(response)
                transaction.set_rollback(True)


def text_of(response: Any) -> str:
    """All that the answer says, headers too, in plain digits and without signs in numbers; a spreadsheet's
    parts unpacked."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"\n".join(parts.read(part) for part in parts.namelist())
    said = content.decode(errors="ignore") + json.dumps(dict(response.headers))
    return NUMBER_SIGNS.sub("", fold_digits(said))


@pytest.mark.parametrize("written", ["฿4,827,193,456.78", "۴٬۸۲۷٬۱۹۳٬۴۵۶٫۷۸", "4.827.193.456,78 ₫"])
def test_a_price_is_found_however_it_is_written(written: str) -> None:
    assert "482719345678" in NUMBER_SIGNS.sub("", fold_digits(written))
