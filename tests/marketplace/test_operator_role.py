"""The role Operator in Django admin: three actions on the site's own lists, and nothing beside them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from loyalty.domain.people import Person, deactivate, define_account
from loyalty.enums import Role
from loyalty.models import BackofficeAccount
from marketplace.notify.domain import notify_address
from marketplace.notify.enums import NotificationStatus
from marketplace.notify.models import Notification
from services.models import Service
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
Press = Callable[..., Any]


@pytest.fixture
def make_role(operator: User) -> Callable[[Role], User]:
    """An account made as under Manage Permissions, with an own password already."""

    def make(role: Role) -> User:
        user, _password = define_account(Person(name=role, username=f"of-{role}", role=role), by=operator)
        user.must_change_password = False
        user.save()
        return user

    return make


@pytest.fixture
def press(client_of: Callable[[User], Client]) -> Press:
    def press(by: User, row: Any, action: str, **fields: str) -> Any:
        opts = row._meta
        address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        return client_of(by).post(address, {"action": action, "_selected_action": [row.pk], **fields})

    return press


@pytest.fixture
def failed(db: None) -> Notification:
    notify_address("a@b.example", "team_invitation", "k", subject="s", body="secret-link", language="en")
    Notification.objects.update(status=NotificationStatus.FAILED, attempts=6)
    return Notification.objects.get()


def test_an_operator_takes_a_service_off_with_a_reason_that_the_provider_is_mailed(
    make_role: Callable[[Role], User], service: Service, provider: User, press: Press
) -> None:
    by = make_role(Role.OPERATOR)

    answer = press(by, service, "take_off", confirmed="1", reason="Not a legal service")

    service.refresh_from_db()
    assert answer.status_code == 302
    assert (service.is_public, service.unlisted_reason) == (False, "Not a legal service")
    assert [(n.recipient, n.kind) for n in Notification.objects.all()] == [(provider, "service_taken_off")]
    assert "Not a legal service" in LogEntry.objects.get(user=by).change_message

    press(by, service, "put_back", confirmed="1")

    service.refresh_from_db()
    assert service.is_public


def test_an_operator_suspends_and_restores_an_account(
    make_role: Callable[[Role], User], customer: User, press: Press
) -> None:
    by = make_role(Role.OPERATOR)

    press(by, customer, "suspend_accounts", confirmed="1", reason="Rude in every chat")

    customer.refresh_from_db()
    assert (customer.is_active, customer.suspended_reason) == (False, "Rude in every chat")

    press(by, customer, "restore_accounts", confirmed="1")

    customer.refresh_from_db()
    assert customer.is_active


def test_an_operator_sends_again_what_was_not_delivered(
    make_role: Callable[[Role], User], failed: Notification, press: Press
) -> None:
    press(make_role(Role.OPERATOR), failed, "send_again", confirmed="1")

    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == (NotificationStatus.PENDING, 0)


def test_staff_can_do_none_of_the_three(
    make_role: Callable[[Role], User], service: Service, customer: User, failed: Notification, press: Press
) -> None:
    by = make_role(Role.STAFF)

    answers = [
        press(by, row, action, confirmed="1", reason="No").status_code
        for row, action in ((service, "take_off"), (customer, "suspend_accounts"), (failed, "send_again"))
    ]

    for row in (service, customer, failed):
        row.refresh_from_db()
    assert answers == [403, 403, 403]
    assert (service.is_public, customer.is_active, failed.status) == (True, True, NotificationStatus.FAILED)
    assert (Notification.objects.count(), LogEntry.objects.count()) == (1, 0)


def test_the_actions_end_with_the_role(
    make_role: Callable[[Role], User], operator: User, service: Service, press: Press
) -> None:
    by = make_role(Role.OPERATOR)
    BackofficeAccount.objects.filter(user=by).update(role=Role.STAFF)
    closed = User.objects.get(pk=by.pk)

    assert press(closed, service, "take_off", confirmed="1", reason="No").status_code == 403
    BackofficeAccount.objects.filter(user=by).update(role=Role.OPERATOR)
    deactivate(closed, by=operator)
    assert User.objects.get(pk=by.pk).get_all_permissions() == set()


def test_an_operator_sees_three_lists_and_changes_no_row(
    make_role: Callable[[Role], User], rf: Any, customer: User
) -> None:
    request = rf.get("/")
    request.user = User.objects.get(pk=make_role(Role.OPERATOR).pk)
    pages = admin.site._registry.values()

    assert sorted(p.opts.label for p in pages if p.has_view_permission(request)) == [
        "accounts.User",
        "notify.Notification",
        "services.Service",
    ]
    assert [p.opts.label for p in pages if p.has_add_permission(request)] == []
    assert [p.opts.label for p in pages if p.has_change_permission(request)] == []
    assert [p.opts.label for p in pages if p.has_delete_permission(request)] == []


def test_an_operator_gets_into_nobodys_account(
    make_role: Callable[[Role], User],
    operator: User,
    customer: User,
    failed: Notification,
    press: Press,
    client_of: Callable[[User], Client],
) -> None:
    by = make_role(Role.OPERATOR)
    client = client_of(by)
    person = reverse("admin:accounts_user_change", args=[customer.pk])

    new = {"password1": "another-passphrase", "password2": "another-passphrase"}
    answer = client.post(reverse("admin:auth_user_password_change", args=[customer.pk]), new)
    assert answer.status_code == 403
    assert client.post(person, {"username": "customer", "is_superuser": "on"}).status_code == 403
    press(by, operator, "suspend_accounts", confirmed="1", reason="Coup")

    customer.refresh_from_db()
    operator.refresh_from_db()
    assert (customer.is_superuser, customer.check_password(PASSWORD), operator.is_active) == (
        False,
        True,
        True,
    )
    page = client.get(person).content.decode()
    assert "customer@people.example" in page
    assert "../password/" not in page
    message = client.get(reverse("admin:notify_notification_change", args=[failed.pk])).content.decode()
    assert "a@b.example" in message
    assert "secret-link" not in message


def test_the_operators_menu_leads_to_the_three_lists_and_not_to_the_machine(
    make_role: Callable[[Role], User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(make_role(Role.OPERATOR))

    page = client.get(reverse("loyalty:my_profile")).content.decode()

    for name in ("services_service", "accounts_user", "notify_notification"):
        assert f'href="{reverse(f"admin:{name}_changelist")}"' in page
    assert reverse("admin:system_check") not in page
    assert client.get(reverse("admin:system_check")).status_code == 403
    assert client.get(reverse("admin:index")).status_code == 302
