from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from marketplace.notify.domain import notify_address
from marketplace.notify.enums import NotificationStatus
from marketplace.notify.models import Notification
from services.models import Service

pytestmark = pytest.mark.django_db


@pytest.fixture
def act(operator: User, client_of: Callable[[User], Client]) -> Callable[..., Any]:
    client = client_of(operator)

    def press(row: Any, action: str, **fields: str) -> Any:
        opts = row._meta
        address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        return client.post(address, {"action": action, "_selected_action": [row.pk], **fields})

    return press


def test_taking_a_service_off_asks_for_the_reason_first(service: Service, act: Callable[..., Any]) -> None:
    page = act(service, "take_off")

    service.refresh_from_db()
    assert page.status_code == 200
    assert "The provider will see this and be mailed." in page.content.decode()
    assert service.is_public
    assert Notification.objects.count() == 0


def test_a_service_leaves_the_site_with_a_reason_that_is_mailed(
    service: Service, act: Callable[..., Any], provider: User
) -> None:
    answer = act(service, "take_off", confirmed="1", reason="Not a legal service")

    service.refresh_from_db()
    assert answer.status_code == 302
    assert (service.is_public, service.unlisted_reason) == (False, "Not a legal service")
    assert [(n.recipient, n.kind) for n in Notification.objects.all()] == [(provider, "service_taken_off")]
    assert "Not a legal service" in LogEntry.objects.get().change_message

    act(service, "put_back", confirmed="1")

    service.refresh_from_db()
    assert (service.is_public, service.unlisted_reason) == (True, "")


def test_without_a_reason_nothing_happens(service: Service, act: Callable[..., Any]) -> None:
    page = act(service, "take_off", confirmed="1", reason=" ")

    service.refresh_from_db()
    assert page.status_code == 200
    assert service.is_public
    assert (Notification.objects.count(), LogEntry.objects.count()) == (0, 0)


def test_an_account_is_suspended_and_restored(customer: User, act: Callable[..., Any]) -> None:
    act(customer, "suspend_accounts", confirmed="1", reason="Rude in every chat")

    customer.refresh_from_db()
    assert (customer.is_active, customer.suspended_reason) == (False, "Rude in every chat")

    act(customer, "restore_accounts", confirmed="1")

    customer.refresh_from_db()
    assert (customer.is_active, customer.suspended_reason) == (True, "")


def test_an_operator_cannot_suspend_themselves(operator: User, act: Callable[..., Any]) -> None:
    act(operator, "suspend_accounts", confirmed="1", reason="Holiday")

    operator.refresh_from_db()
    assert operator.is_active
    assert LogEntry.objects.count() == 0


def test_only_what_failed_is_sent_again(operator: User, act: Callable[..., Any]) -> None:
    for number, status in enumerate((NotificationStatus.FAILED, NotificationStatus.SENT)):
        notify_address("a@b.example", "order_placed", f"k{number}", subject="s", body="b", language="en")
        Notification.objects.filter(unique_key=f"k{number}").update(status=status, attempts=6)
    failed, sent = Notification.objects.order_by("pk")

    act(failed, "send_again", confirmed="1")
    act(sent, "send_again", confirmed="1")

    failed.refresh_from_db()
    sent.refresh_from_db()
    assert (failed.status, failed.attempts) == (NotificationStatus.PENDING, 0)
    assert (sent.status, sent.attempts) == (NotificationStatus.SENT, 6)


def test_staff_without_the_right_find_no_action(
    service: Service, make_person: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    from django.contrib.auth.models import Permission

    staff = make_person("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename="view_service"))

    client_of(staff).post(
        reverse("admin:services_service_changelist"),
        {"action": "take_off", "_selected_action": [service.pk], "confirmed": "1", "reason": "No"},
    )

    service.refresh_from_db()
    assert service.is_public
