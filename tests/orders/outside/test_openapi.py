"""openapi.json says what really goes over the wire, in both directions."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from accounts.models import Provider, User
from orders.domain import outside
from orders.domain.outside.receiving import MAX_BYTES, MAX_EVENT_ID
from orders.domain.outside.updates import STATUSES, TEXTS, read_update
from orders.enums import UpdateOutcome
from orders.models import Order, OutsideDelivery
from orders.models.outside import ACCEPTED
from tests.orders.outside.conftest import Post, update

RESPONSES = ("200", "400", "401", "404", "409", "413", "422")


@pytest.fixture
def description(client: Client) -> dict[str, Any]:
    response = client.get("/hooks/orders/openapi.json")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    document: dict[str, Any] = response.json()
    return document


def problems(description: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    whole = {**schema, "components": description["components"]}
    return [
        error.message
        for error in Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(value)
    ]


def operation(description: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = description["paths"]["/hooks/orders/{token}/"]["post"]
    return found


def contents(description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    one, other = operation(description), description["webhooks"]["order.created"]["post"]
    for holder in (one["requestBody"], other["requestBody"], *one["responses"].values()):
        yield holder["content"]["application/json"]


def test_every_schema_is_one_and_every_example_fits(description: dict[str, Any]) -> None:
    assert description["openapi"] == "3.1.0"
    for schema in description["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)

    found = [
        problems(description, content["schema"], example["value"])
        for content in contents(description)
        for example in content["examples"].values()
    ]

    assert (len(found), [problem for problem in found if problem]) == (14, [])


def test_its_examples_of_updates_are_read(description: dict[str, Any]) -> None:
    examples = operation(description)["requestBody"]["content"]["application/json"]["examples"].values()

    read = [
        read_update(json.dumps(example["value"]).encode(), now=datetime(2027, 1, 1, tzinfo=UTC))
        for example in examples
    ]

    assert [one.status for one in read] == ["contract_created", "completed", "cancelled"]
    assert read[0].contract_number == "HD-2026-117"


def test_its_limits_and_words_are_those_of_the_code(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    fields = schemas["Update"]["properties"]
    codes = schemas["Error"]["properties"]["error"]["properties"]["code"]["enum"]
    refusals = {str(one) for one in UpdateOutcome if one not in ACCEPTED} - {"received"}

    assert {name: fields[name]["maxLength"] for name in TEXTS} == TEXTS
    assert fields["status"]["enum"] == list(STATUSES)
    assert schemas["Taken"]["properties"]["outcome"]["enum"] == ["updated", "unchanged", "stale", "filled"]
    assert {str(one) for one in ACCEPTED} == {"updated", "unchanged", "stale", "filled"}
    assert set(codes) == refusals | {"unknown_address", "too_large", "signature"}
    assert tuple(operation(description)["responses"]) == RESPONSES
    assert f"{MAX_BYTES:,}" in operation(description)["requestBody"]["description"]
    assert operation(description)["parameters"][0]["schema"]["maxLength"] == MAX_EVENT_ID


def test_every_answer_of_the_address_is_described(
    description: dict[str, Any], card: Order, order: Order, provider: User, shop: Provider, post: Post
) -> None:
    answers = [
        post(update(card, order_number=str(order.number))),
        post(update(card, minutes=2, customer_name="Lan", order_number="SC-1")),
        post(update(card, minutes=2.5, customer_name="Lan", order_number="SC-1")),
        post(update(card, minutes=0.5, customer_name="Older", service="Fibre")),
        post(update(card, minutes=1, customer_name="Older", service="Fibre")),
        post(update(card, "completed", 3)),
        post(update(card, "cancelled", 4)),
        post({**update(card), "order": "0"}),
        post({"order": []}),
        post("nonsense"),
        post({"note": "x" * 70_000}),
        post(update(card), secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ]
    outside.disconnect(shop, by=provider)
    answers.append(post(update(card)))

    responses = operation(description)["responses"]
    found = [
        (answer.status_code, answer.json().get("outcome") or answer.json()["error"]["code"])
        for answer in answers
    ]
    wrong = [
        problems(
            description,
            responses[str(answer.status_code)]["content"]["application/json"]["schema"],
            answer.json(),
        )
        for answer in answers
    ]

    assert found == [
        (409, "number_taken"),
        (200, "updated"),
        (200, "unchanged"),
        (200, "filled"),
        (200, "stale"),
        (200, "updated"),
        (409, "finished"),
        (404, "unknown_order"),
        (422, "malformed"),
        (400, "malformed"),
        (413, "too_large"),
        (401, "signature"),
        (404, "unknown_address"),
    ]
    assert [one for one in wrong if one] == []


def test_our_own_event_is_described(description: dict[str, Any], card: Order) -> None:
    body = description["webhooks"]["order.created"]["post"]["requestBody"]["content"]["application/json"]

    assert problems(description, body["schema"], OutsideDelivery.objects.get().body) == []
