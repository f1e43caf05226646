"""Inviting people to a shop, joining it, and leaving it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.domain import accept_invitation, invite_agent, withdraw_invitation
from accounts.domain import people as domain
from accounts.models import Invitation, Provider, ProviderMember, User
from accounts.queries import works_at
from marketplace.common.errors import DomainError
from marketplace.notify.domain import send_notification
from marketplace.notify.models import Notification

MakePerson = Callable[..., User]


def invited(shop: Provider, provider: User, email: str = "new@people.example") -> Invitation:
    return invite_agent(shop, email=email, by=provider)


def test_an_invitation_is_mailed_with_its_secret_link(shop: Provider, provider: User) -> None:
    invitation = invited(shop, provider)

    mail = Notification.objects.get()
    send_notification(mail.pk)
    mail.refresh_from_db()
    assert (mail.address, mail.recipient, mail.subject) == (
        "new@people.example",
        None,
        "Provider invites you to work at Siam Legal",
    )
    assert f"/join/{invitation.token}/" in mail.body
    assert len(invitation.token) == 32
    assert invitation.expires_at - invitation.sent_at == timedelta(days=14)


def test_the_mail_speaks_the_language_of_who_reads_it(
    shop: Provider, provider: User, make_person: MakePerson
) -> None:
    make_person("anong", language="th")

    invited(shop, provider, "ANONG@people.example")

    assert Notification.objects.get().language == "th"


def test_the_same_address_again_is_sent_the_same_invitation(shop: Provider, provider: User) -> None:
    first = invited(shop, provider)

    with time_machine.travel(timezone.now() + timedelta(days=10), tick=False):
        again = invited(shop, provider, "New@People.example")
        later = timezone.now()

    assert (again.pk, again.token, again.sent_at) == (first.pk, first.token, later)
    assert (Invitation.objects.count(), Notification.objects.count()) == (1, 2)


def test_a_double_click_is_one_mail(shop: Provider, provider: User) -> None:
    first, again = invited(shop, provider), invited(shop, provider)

    assert (again.pk, again.sent_at) == (first.pk, first.sent_at)
    assert Notification.objects.count() == 1


def test_who_works_here_already_needs_no_invitation(shop: Provider, provider: User, agent: User) -> None:
    with pytest.raises(DomainError) as refused:
        invited(shop, provider, "agent@people.example")

    assert refused.value.code == "member"
    assert (Invitation.objects.count(), Notification.objects.count()) == (0, 0)


def test_an_agent_invites_nobody(shop: Provider, agent: User) -> None:
    with pytest.raises(DomainError) as refused:
        invited(shop, agent)

    assert refused.value.code == "not_allowed"
    assert (Invitation.objects.count(), Notification.objects.count()) == (0, 0)


def test_the_form_does_not_mail_the_world(
    shop: Provider, provider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "MOST_INVITATIONS", 2)
    for name in ("one", "two"):
        invited(shop, provider, f"{name}@people.example")

    with pytest.raises(DomainError) as refused:
        invited(shop, provider, "three@people.example")

    assert refused.value.code == "too_many"
    assert (Invitation.objects.count(), Notification.objects.count()) == (2, 2)


def test_accepting_makes_an_agent_whatever_their_address(
    shop: Provider, provider: User, customer: User
) -> None:
    invitation = invited(shop, provider)

    member = accept_invitation(invitation, by=customer)
    again = accept_invitation(invitation, by=customer)

    invitation.refresh_from_db()
    assert (member.role, again.pk) == ("agent", member.pk)
    assert (works_at(customer, shop.pk), invitation.accepted_by) == (True, customer)


def test_a_used_invitation_is_good_for_nobody_else(
    shop: Provider, provider: User, customer: User, stranger: User
) -> None:
    invitation = invited(shop, provider)
    accept_invitation(invitation, by=customer)

    with pytest.raises(DomainError) as refused:
        accept_invitation(invitation, by=stranger)

    assert (refused.value.code, works_at(stranger, shop.pk)) == ("accepted", False)


def test_a_used_invitation_does_not_bring_back_who_was_removed(
    shop: Provider, provider: User, customer: User
) -> None:
    invitation = invited(shop, provider)
    domain.remove_agent(accept_invitation(invitation, by=customer))

    with pytest.raises(DomainError) as refused:
        accept_invitation(invitation, by=customer)

    assert (refused.value.code, works_at(customer, shop.pk)) == ("accepted", False)


@pytest.mark.parametrize(("days", "code"), [(13.99, ""), (14, "expired")])
def test_an_invitation_runs_out_after_fourteen_days(
    shop: Provider, provider: User, customer: User, days: float, code: str
) -> None:
    invitation = invited(shop, provider)

    with time_machine.travel(invitation.sent_at + timedelta(days=days), tick=False):
        try:
            accept_invitation(invitation, by=customer)
            found = ""
        except DomainError as refused:
            found = refused.code

    assert (found, works_at(customer, shop.pk)) == (code, not code)


def test_a_withdrawn_invitation_leads_nowhere(shop: Provider, provider: User, customer: User) -> None:
    invitation = invited(shop, provider)
    withdraw_invitation(invitation, by=provider)

    with pytest.raises(DomainError) as refused:
        accept_invitation(invitation, by=customer)

    assert (refused.value.code, works_at(customer, shop.pk)) == ("withdrawn", False)
    assert invited(shop, provider).token != invitation.token


def test_an_accepted_invitation_cannot_be_withdrawn(shop: Provider, provider: User, customer: User) -> None:
    invitation = invited(shop, provider)
    accept_invitation(invitation, by=customer)

    with pytest.raises(DomainError) as refused:
        withdraw_invitation(invitation, by=provider)

    assert (refused.value.code, works_at(customer, shop.pk)) == ("accepted", True)


def test_the_owners_own_click_uses_nothing_up(shop: Provider, provider: User) -> None:
    invitation = invited(shop, provider)

    with pytest.raises(DomainError) as refused:
        accept_invitation(invitation, by=provider)

    invitation.refresh_from_db()
    assert (refused.value.code, invitation.accepted_at) == ("member", None)
    assert shop.members.get(user=provider).role == "owner"


@pytest.mark.django_db(transaction=True)
def test_of_several_people_with_one_link_exactly_one_joins(
    shop: Provider, provider: User, make_person: MakePerson
) -> None:
    people = [make_person(f"person{n}") for n in range(6)]
    invitation = invited(shop, provider)
    gate = Barrier(12)

    def join(person: User) -> str:
        gate.wait(30)
        try:
            return f"member {accept_invitation(invitation, by=person).user_id}"
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:  # each presses twice
        results = list(pool.map(join, people * 2))

    winner = ProviderMember.objects.get(role="agent", provider=shop).user_id
    assert sorted(set(results)) == ["accepted", f"member {winner}"]
    assert results.count(f"member {winner}") == 2


@pytest.mark.django_db(transaction=True)
def test_one_person_accepting_two_links_at_once_has_one_place(
    shop: Provider, provider: User, customer: User
) -> None:
    links = [invited(shop, provider, f"{name}@people.example") for name in ("one", "two")]
    gate = Barrier(2)

    def join(invitation: Invitation) -> str:
        gate.wait(30)
        try:
            accept_invitation(invitation, by=customer)
            return "joined"
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(join, links))

    assert set(results) <= {"joined", "member"}
    assert ProviderMember.objects.filter(user=customer).count() == 1
