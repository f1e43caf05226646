from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from orders.domain import add_account, save_payment_settings
from orders.domain.payment_settings import MAX_ACCOUNTS
from orders.models import BankAccount, PaymentSettings

Browser = Callable[[User], Client]
ACCOUNT = {"bank": "Kasikornbank", "number": "๑๒๓-4-۵۶۷۸۹-0", "holder": "Siam Legal Co."}


def test_the_first_values_stand_there_and_nothing_is_stored_by_looking(
    provider: User, shop: Provider, client_of: Browser
) -> None:
    page = client_of(provider).get("/settings/payments/").content.decode()

    assert 'name="unpaid_hours" value="72"' in page
    assert "No account yet" in page
    assert not PaymentSettings.objects.exists()


def test_the_owner_saves_the_promptpay_number_and_the_hours(
    provider: User, shop: Provider, client_of: Browser
) -> None:
    client = client_of(provider)

    response = client.post(
        "/settings/payments/save/", {"promptpay_id": "+66 81-234-5678", "unpaid_hours": "۴۸"}
    )

    stored = PaymentSettings.objects.get()
    assert (response.status_code, response["Location"]) == (302, "/settings/payments/")
    assert (stored.provider, stored.promptpay_id, stored.unpaid_hours) == (shop, "0812345678", 48)

    client.post("/settings/payments/save/", {"promptpay_id": "", "unpaid_hours": ""})

    stored.refresh_from_db()
    assert (stored.promptpay_id, stored.unpaid_hours) == ("", None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"promptpay_id": "12345"}, "Write a Thai mobile number such as 0812345678"),
        ({"promptpay_id": "<b>"}, "Write a Thai mobile number such as 0812345678"),
        ({"unpaid_hours": "0"}, "greater than or equal to 1"),
        ({"unpaid_hours": "9999"}, "less than or equal to 1440"),
        ({"unpaid_hours": "soon"}, "Enter a whole number."),
    ],
)
def test_settings_that_make_no_sense_are_refused_and_kept_in_the_form(
    change: dict[str, str], sentence: str, provider: User, shop: Provider, client_of: Browser
) -> None:
    typed = {"promptpay_id": "0812345678", "unpaid_hours": "24", **change}

    response = client_of(provider).post("/settings/payments/save/", typed)

    page = response.content.decode()
    assert (response.status_code, sentence in page) == (422, True)
    for value in typed.values():
        assert f'value="{value}"'.replace("<b>", "&lt;b&gt;") in page
    assert not PaymentSettings.objects.exists()


def test_accounts_are_added_once_and_removed(provider: User, shop: Provider, client_of: Browser) -> None:
    client = client_of(provider)

    for _time in range(2):
        client.post("/settings/payments/accounts/", ACCOUNT)
    account = BankAccount.objects.get()
    page = client.get("/settings/payments/").content.decode()
    client.post(f"/settings/payments/accounts/{account.pk}/remove/")

    assert (account.bank, account.number, account.holder) == (
        "Kasikornbank",
        "123-4-56789-0",
        "Siam Legal Co.",
    )
    assert 'aria-label="Remove Kasikornbank 123-4-56789-0"' in page
    assert not BankAccount.objects.exists()


@pytest.mark.parametrize(
    "change", [{"number": "none"}, {"number": "12"}, {"number": "<1234>"}, {"bank": ""}, {"holder": ""}]
)
def test_an_account_that_cannot_be_paid_to_is_refused(
    change: dict[str, str], provider: User, shop: Provider, client_of: Browser
) -> None:
    response = client_of(provider).post("/settings/payments/accounts/", {**ACCOUNT, **change})

    assert (response.status_code, BankAccount.objects.exists()) == (422, False)
    assert ("Kasikornbank" in response.content.decode()) == ("bank" not in change)


def test_accounts_do_not_pile_up_without_end(provider: User, shop: Provider, client_of: Browser) -> None:
    for number in range(MAX_ACCOUNTS):
        add_account(shop, bank="Bank", number=f"1000-{number}", holder="Shop")

    response = client_of(provider).post("/settings/payments/accounts/", ACCOUNT)

    assert (response.status_code, BankAccount.objects.count()) == (422, MAX_ACCOUNTS)
    assert "Remove an account first" in response.content.decode()


def test_a_shop_in_another_currency_is_not_asked_for_promptpay(
    provider: User, shop: Provider, client_of: Browser
) -> None:
    Provider.objects.update(currency="VND")

    page = client_of(provider).get("/settings/payments/").content.decode()
    client_of(provider).post("/settings/payments/save/", {"promptpay_id": "0812345678", "unpaid_hours": "5"})

    assert "promptpay_id" not in page
    assert (PaymentSettings.objects.get().promptpay_id, PaymentSettings.objects.get().unpaid_hours) == ("", 5)


def test_new_hours_and_a_first_way_to_pay_count_from_now(shop: Provider) -> None:
    long_ago = timezone.now() - timedelta(days=9)

    def counts_anew(change: Callable[[], object]) -> bool:
        PaymentSettings.objects.update(counting_from=long_ago)
        change()
        return PaymentSettings.objects.get().counting_from > long_ago

    save_payment_settings(shop, promptpay_id="", unpaid_hours=72)
    first = counts_anew(lambda: add_account(shop, bank="Bank", number="1000", holder="Shop"))
    second = counts_anew(lambda: add_account(shop, bank="Bank", number="2000", holder="Shop"))
    promptpay = counts_anew(lambda: save_payment_settings(shop, promptpay_id="0812345678", unpaid_hours=72))
    hours = counts_anew(lambda: save_payment_settings(shop, promptpay_id="0812345678", unpaid_hours=24))

    assert (first, second, promptpay, hours) == (True, False, False, True)


def test_only_owners_have_the_page_and_each_sees_the_own_shop(
    shop: Provider, agent: User, customer: User, stranger: User, client_of: Browser
) -> None:
    account = add_account(shop, bank="Kasikornbank", number="1000", holder="Shop")

    for person in (agent, customer):
        assert client_of(person).get("/settings/payments/").status_code == 404
        assert client_of(person).post("/settings/payments/accounts/", ACCOUNT).status_code == 404
    other = client_of(stranger)
    assert "Kasikornbank" not in other.get("/settings/payments/").content.decode()
    assert other.post(f"/settings/payments/accounts/{account.pk}/remove/").status_code == 404

    assert BankAccount.objects.get() == account


def test_the_settings_page_leads_there(
    provider: User, agent: User, shop: Provider, client_of: Browser
) -> None:
    assert 'href="/settings/payments/"' in client_of(provider).get("/settings/").content.decode()
    assert 'href="/settings/payments/"' not in client_of(agent).get("/settings/").content.decode()
