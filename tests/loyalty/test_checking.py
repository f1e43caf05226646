"""The nightly check, and where it is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone, translation

from loyalty.domain import check_balances, last_check
from loyalty.domain.ledger import Posting, lock_member, post
from loyalty.enums import EntryKind
from loyalty.models import BalanceCheck, Member
from marketplace import system_check
from marketplace.common.tasks import heartbeat


@pytest.fixture
def somsri(member: Member) -> Member:
    """Has 100 points and owes none."""
    with transaction.atomic():
        post(lock_member(member.pk), [Posting(EntryKind.BONUS, 100, "a")], now=timezone.now())
    return member


def told(client: Client) -> object:
    return client.get("/healthz").json()["points"]


def complaints() -> list[str]:
    with translation.override("en"):
        return [row.sentence for row in system_check.complaints() if row.key == "points"]


def test_a_ledger_that_adds_up_is_said_to(somsri: Member, client: Client) -> None:
    assert last_check() is None
    assert told(client) == "unchecked"

    found = check_balances()

    assert (found.wrong, found.members, last_check()) == ([], 1, found)
    assert (told(client), complaints()) == ("ok", [])


def test_a_balance_that_was_changed_by_hand_is_found_and_told(
    somsri: Member, make_member: Callable[..., Member], client: Client
) -> None:
    make_member()
    heartbeat()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_member SET balance = 1000 WHERE id = %s", [somsri.pk])

    found = check_balances()

    assert (found.wrong, found.members) == ([[somsri.pk, 1000, 100, 0, 0]], 2)
    assert told(client) == "wrong"
    assert client.get("/healthz").status_code == 200  # no restart would mend it
    assert complaints() == [
        "1 member's points are not the sum of what the ledger says: somebody wrote to the database by hand. "
        "The dashboard names the member."
    ]


def test_what_is_owed_is_checked_too_and_so_is_who_has_no_entry(
    somsri: Member, make_member: Callable[..., Member]
) -> None:
    other = make_member()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_member SET owed = 5 WHERE id = %s", [somsri.pk])
        cursor.execute("UPDATE loyalty_member SET balance = 1 WHERE id = %s", [other.pk])

    assert check_balances().wrong == [[somsri.pk, 100, 100, 5, 0], [other.pk, 1, 0, 0, 0]]


def test_mended_balances_are_good_after_the_next_check(somsri: Member, client: Client) -> None:
    BalanceCheck.objects.create(members=1, wrong=[[somsri.pk, 1, 2, 0, 0]])
    assert told(client) == "wrong"

    check_balances()

    assert (told(client), complaints()) == ("ok", [])


def test_a_check_of_long_ago_says_nothing(somsri: Member, client: Client) -> None:
    check_balances()
    BalanceCheck.objects.update(at=timezone.now() - timedelta(hours=35, minutes=59))
    assert told(client) == "ok"

    BalanceCheck.objects.update(at=timezone.now() - timedelta(hours=37, minutes=1))

    assert told(client) == "unchecked"
    assert complaints() == ["The members' points were last checked 37 hours ago. Is the worker running?"]
