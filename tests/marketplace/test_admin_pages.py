"""Every model has its operator page, and none of them writes past the rules."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from appointments.models import Call
from marketplace.common.models import Heartbeat
from marketplace.notify.domain import notify_address
from marketplace.notify.enums import NotificationStatus
from marketplace.notify.models import Notification
from messaging.domain import post_message
from orders.models import Order

pytestmark = pytest.mark.django_db

OUR_APPS = ["common", "notify", "accounts", "services", "messaging", "orders", "appointments", "followup"]
OUR_APPS += ["loyalty", "delivery"]
MODELS = [model for label in OUR_APPS for model in apps.get_app_config(label).get_models()]
# Manuals write these in English too.
SAME_EVERYWHERE = {"Email", "email", "Note"}
EDITABLE = {"accounts.user", "accounts.provider", "services.category", "delivery.courier"}


@pytest.fixture
def cast_with_data(order: Any, appointment: Any, thread: Any, customer: User) -> None:
    post_message(thread, by=customer, body="Hello")
    Heartbeat.objects.create(name="worker", at=timezone.now())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_has_a_list_a_search_and_a_page(
    model: Any, operator: User, client_of: Callable[[User], Client], cast_with_data: None
) -> None:
    client = client_of(operator)
    opts = model._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")

    assert client.get(address).status_code == 200
    assert client.get(address, {"q": "x"}).status_code == 200
    row = model.objects.first()
    if row is not None:
        page = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
        assert client.get(page).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_only_what_has_no_rules_can_be_edited_and_nothing_deleted(
    model: Any, operator: User, rf: Any
) -> None:
    page = admin.site._registry[model]
    request = rf.get("/")
    request.user = operator

    assert page.has_delete_permission(request) is False
    assert page.has_change_permission(request) is (model._meta.label_lower in EDITABLE)
    assert page.show_full_result_count is False


@pytest.mark.parametrize("name", ["account_emailaddress", "mfa_authenticator", "usersessions_usersession"])
def test_allauths_own_rows_are_read_only(
    name: str, operator: User, customer: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(operator)

    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:{name}_add")).status_code == 403


def test_an_order_cannot_be_written_here(
    order: Order, operator: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(operator)
    address = reverse("admin:orders_order_change", args=[order.pk])

    response = client.post(address, {"status": "completed"})

    order.refresh_from_db()
    assert response.status_code == 403
    assert order.status == "placed"
    assert client.post(reverse("admin:orders_order_delete", args=[order.pk])).status_code == 403


def test_a_persons_email_and_suspension_cannot_be_written_here(
    customer: User, operator: User, client_of: Callable[[User], Client]
) -> None:
    address = reverse("admin:accounts_user_change", args=[customer.pk])
    client_of(operator).post(
        address,
        {
            "username": "customer",
            "display_name": "Renamed",
            "email": "thief@people.example",
            "suspended_reason": "none",
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
        },
    )

    customer.refresh_from_db()
    assert customer.display_name == "Renamed"
    assert (customer.email, customer.is_active, customer.suspended_reason) == (
        "customer@people.example",
        True,
        "",
    )


def test_staff_do_not_reach_an_administrators_account(
    operator: User, make_person: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    from django.contrib.auth.models import Permission

    staff = make_person("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    client = client_of(staff)

    password_page = reverse("admin:auth_user_password_change", args=[operator.pk])
    assert client.get(password_page).status_code == 403
    answer = client.post(
        reverse("admin:accounts_user_changelist"),
        {"action": "suspend_accounts", "_selected_action": [operator.pk], "confirmed": "1", "reason": "Coup"},
    )

    operator.refresh_from_db()
    assert answer.status_code == 302
    assert operator.is_active


def test_the_log_in_is_the_accounts_own(client: Client) -> None:
    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_customers_do_not_come_in(customer: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(customer).get("/admin/orders/order/", follow=True)

    assert response.status_code == 403


def test_texts_with_personal_links_are_not_shown(operator: User, client_of: Callable[[User], Client]) -> None:
    notify_address(
        "a@people.example", "account.password_reset_key", "k", subject="s", body="secret-link", language="en"
    )
    row = Notification.objects.get()

    page = client_of(operator).get(reverse("admin:notify_notification_change", args=[row.pk]))

    assert "secret-link" not in page.content.decode()
    assert "Not shown: it holds a personal link." in page.content.decode()


def test_the_first_page_tells_what_is_not_well(operator: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(operator)
    notify_address("a@people.example", "order_placed", "k", subject="s", body="b", language="en")
    Notification.objects.update(status=NotificationStatus.FAILED)

    page = client.get("/admin/").content.decode()
    assert "The worker has not started" in page
    assert "1 message was not delivered." in page

    Notification.objects.all().delete()
    Heartbeat.objects.create(name="worker", at=timezone.now())
    assert "every message has gone out" in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("language", "date", "heading"),
    [("th", "22 พ.ย. 2569 16:30", "เริ่มเมื่อ"), ("fa", "۱ آذر ۱۴۰۵، ساعت ۱۶:۳۰", "زمان آغاز")],
)
def test_dates_are_in_the_readers_calendar_in_lists_and_on_pages(
    language: str,
    date: str,
    heading: str,
    operator: User,
    appointment: Any,
    client_of: Callable[[User], Client],
) -> None:
    call = Call.objects.create(appointment=appointment, started_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    User.objects.filter(pk=operator.pk).update(language=language)
    client = client_of(operator)

    for page in ("/admin/appointments/call/", f"/admin/appointments/call/{call.pk}/change/"):
        html = client.get(page).content.decode()
        assert (date in html, heading in html) == (True, True)
        assert "2026" not in html
        assert "None" not in html


@pytest.mark.parametrize("language", ["th", "fa", "vi"])
@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_every_name_that_an_operator_reads_is_translated(model: Any, language: str) -> None:
    """All names of models, and of the fields of ours: English lower-case words would be forgotten ones."""
    page = admin.site._registry[model]
    with override("en"):
        english = _names(page)
    with override(language):
        translated = _names(page)

    forgotten = [n for n in english if english[n] == translated[n] and english[n] not in SAME_EVERYWHERE]

    assert forgotten == []


def _names(page: Any) -> dict[str, str]:
    opts = page.opts
    names = {"one": str(opts.verbose_name), "many": str(opts.verbose_name_plural)}
    fields = [
        f for f in page.model._meta.get_fields() if f.concrete and not f.primary_key and f.model is page.model
    ]
    if opts.app_label in OUR_APPS:
        names |= {f.name: str(f.verbose_name) for f in fields if f.editable}
    return names


def test_the_records_are_in_thai_that_people_say(operator: User, client_of: Callable[[User], Client]) -> None:
    User.objects.filter(pk=operator.pk).update(language="th")

    page = client_of(operator).get(reverse("admin:index")).content.decode()

    links = set(re.findall(r'class="viewlink"[^>]*>([^<]*)</a>', page))
    assert links == {"ดู"}
    assert "<p>ยังไม่มี</p>" in page
