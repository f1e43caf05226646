"""Couriers as a shop defines them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client

from accounts.domain import suggested_password, suspend
from accounts.models import Provider, User
from delivery.domain import hand_over
from delivery.domain.conflicts import set_aside
from delivery.domain.couriers import (
    Profile,
    activate,
    change_courier,
    deactivate,
    define_courier,
    reset_password,
)
from delivery.enums import DeliveryState, Outcome
from delivery.models import Courier, Delivery, DeliveryEvent
from marketplace.common.errors import DomainError
from orders.models import Order

REZA = Profile(name="Reza", username="Reza-۲", phone="+989123456789", vehicle="Motorbike", note="Mornings")


def define(provider: Provider | None, by: User, profile: Profile = REZA, **fields: object) -> Courier:
    told: dict[str, object] = {"password": "peyk-sari-1405", "form_token": uuid4(), **fields}
    return define_courier(provider, by=by, profile=profile, **told)  # type: ignore[arg-type]


def refused(code: str, call: Callable[[], object]) -> str:
    before = (User.objects.count(), Courier.objects.count())
    with pytest.raises(DomainError) as refusal:
        call()
    assert (refusal.value.code, (User.objects.count(), Courier.objects.count())) == (code, before)
    return refusal.value.sentence


def test_a_courier_logs_in_with_what_the_shop_wrote(shop: Provider, provider: User, client: Client) -> None:
    courier = define(shop, provider)

    assert (courier.provider, courier.name, courier.user.username) == (shop, "Reza", "reza-2")
    assert (str(courier.user.phone), courier.vehicle, courier.note) == (
        "+989123456789",
        "Motorbike",
        "Mornings",
    )
    assert (courier.user.language, courier.user.time_zone) == ("en", "Asia/Bangkok")
    assert not courier.user.must_change_password
    assert (
        client.post("/accounts/login/", {"login": "reza-2", "password": "peyk-sari-1405"}).status_code == 302
    )


@pytest.mark.parametrize("username", ["customer", "CUSTOMER", " Customer "])
def test_a_username_that_anybody_has_is_refused(
    shop: Provider, provider: User, customer: User, username: str
) -> None:
    refused("username_taken", lambda: define(shop, provider, Profile(name="Reza", username=username)))

    customer.refresh_from_db()
    assert not Courier.objects.filter(user=customer).exists()
    assert not customer.check_password("peyk-sari-1405")


@pytest.mark.parametrize("username", ["", "ab", "-reza", "reza@shop.example", "رضا", "r" * 31, "a b c"])
def test_a_username_that_cannot_be_typed_everywhere_is_refused(
    shop: Provider, provider: User, username: str
) -> None:
    refused("username", lambda: define(shop, provider, Profile(name="Reza", username=username)))


@pytest.mark.parametrize("password", ["short", "12345678901", "password"])
def test_a_weak_password_is_refused(shop: Provider, provider: User, password: str) -> None:
    refused("password", lambda: define(shop, provider, password=password))


def test_only_the_owner_and_the_operator_define_couriers(
    shop: Provider, agent: User, stranger: User, customer: User, operator: User
) -> None:
    for person in (agent, stranger, customer):
        refused("not_allowed", lambda person=person: define(shop, person))
    refused("not_allowed", lambda: define(None, stranger))

    assert define(shop, operator).provider == shop
    assert define(None, operator, Profile(name="For all", username="for-all")).provider is None


def test_the_same_form_twice_makes_one(shop: Provider, provider: User) -> None:
    token = uuid4()

    first, again = define(shop, provider, form_token=token), define(shop, provider, form_token=token)

    assert (again.pk, Courier.objects.count()) == (first.pk, 1)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one(shop: Provider, provider: User) -> None:
    token, start = uuid4(), Barrier(4)

    found = _at_once(4, start, lambda: define(shop, provider, form_token=token).pk)

    assert set(found) == {Courier.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_two_forms_with_one_username_make_one(shop: Provider, provider: User) -> None:
    start = Barrier(2)

    found = _at_once(2, start, lambda: define(shop, provider, form_token=uuid4()).user.username)

    assert sorted(found) == ["reza-2", "username_taken"]
    assert Courier.objects.count() == 1


def _at_once(number: int, start: Barrier, work: Callable[[], object]) -> list[object]:
    def run(_place: int) -> object:
        try:
            start.wait()
            return work()
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_another_shops_form_gives_no_courier_away(shop: Provider, provider: User, stranger: User) -> None:
    token = UUID(int=7)
    define(shop, provider, form_token=token)
    other = Provider.objects.get(members__user=stranger)

    refused(
        "username_taken",
        lambda: define(other, stranger, Profile(name="X", username="else"), form_token=token),
    )


def test_a_change_keeps_the_password(rider: Courier, provider: User) -> None:
    before = rider.user.password

    changed = change_courier(rider, by=provider, profile=Profile(name="New", username="new-name"))

    rider.user.refresh_from_db()
    assert (changed.name, rider.user.username, rider.user.password) == ("New", "new-name", before)


def test_a_change_takes_no_other_persons_name(rider: Courier, provider: User, customer: User) -> None:
    refused(
        "username_taken",
        lambda: change_courier(rider, by=provider, profile=Profile(name="New", username="customer")),
    )

    rider.user.refresh_from_db()
    assert (rider.user.username, rider.user.display_name) == ("courier", "Courier")


def test_a_deactivated_courier_is_out_at_once_and_keeps_the_tasks(
    delivery: Delivery, rider: Courier, provider: User, client_of: Callable[[User], Client]
) -> None:
    phone = client_of(rider.user)
    phone.get("/dashboard/")

    deactivate(rider, by=provider)

    rider.user.refresh_from_db()
    delivery.refresh_from_db()
    assert (rider.user.is_active, delivery.courier) == (False, rider)
    assert phone.get("/dashboard/")["Location"].startswith("/accounts/login/")
    activate(rider, by=provider)
    assert User.objects.get(pk=rider.user_id).is_active


def test_a_shop_does_not_open_what_the_operator_suspended(
    rider: Courier, provider: User, operator: User
) -> None:
    suspend(rider.user, reason="Fraud", by=operator)

    refused("suspended", lambda: activate(rider, by=provider))

    assert not User.objects.get(pk=rider.user_id).is_active


def test_a_new_password_replaces_the_old_one(rider: Courier, provider: User) -> None:
    password = reset_password(rider, by=provider, must_change=True)

    rider.user.refresh_from_db()
    assert rider.user.check_password(password)
    assert rider.user.must_change_password


def test_no_shop_gets_at_a_log_in_with_the_operators_rights(
    rider: Courier, provider: User, other_rider: Courier
) -> None:
    User.objects.filter(pk=rider.user_id).update(is_staff=True)
    rider.user.refresh_from_db()
    before = rider.user.password

    refused("not_allowed", lambda: reset_password(rider, by=provider))
    refused("not_allowed", lambda: deactivate(rider, by=provider))
    refused("not_allowed", lambda: change_courier(rider, by=provider, profile=Profile("X", "xxx")))

    rider.user.refresh_from_db()
    assert (rider.user.password, rider.user.is_active) == (before, True)


def test_another_shops_owner_changes_nothing(rider: Courier, stranger: User, agent: User) -> None:
    for person in (stranger, agent):
        refused("not_allowed", lambda person=person: deactivate(rider, by=person))
        refused("not_allowed", lambda person=person: reset_password(rider, by=person))

    assert User.objects.get(pk=rider.user_id).is_active


def test_suggested_passwords_differ_and_are_good_enough(shop: Provider, provider: User) -> None:
    suggested = {suggested_password() for _number in range(50)}

    assert len(suggested) == 50
    assert define(shop, provider, password=suggested.pop()).pk


def test_a_conflict_that_is_set_aside_counts_for_nothing(
    delivery: Delivery,
    other_rider: Courier,
    provider: User,
    stranger: User,
    parcel: Order,
    say: Callable[..., DeliveryEvent],
) -> None:
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    event = say(DeliveryState.DELIVERED, minutes=30)

    with pytest.raises(DomainError):
        set_aside(event, by=stranger)
    event.refresh_from_db()
    assert event.decided_by is None
    seen = set_aside(event, by=provider)

    delivery.refresh_from_db()
    assert (seen.outcome, seen.decided_by, delivery.state) == (
        Outcome.CONFLICT,
        provider,
        DeliveryState.ASSIGNED,
    )
