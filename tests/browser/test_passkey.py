"""Logging in by a passkey, kept by the browser's own pretended security key."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession, Page, expect

from accounts.models import User
from tests.browser.conftest import password_as_the_site_keeps_it
from tests.browser.words import Words
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser

WORDS = Words("th")
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def customer(customer: User) -> User:
    User.objects.filter(pk=customer.pk).update(language="th", password=password_as_the_site_keeps_it())
    customer.refresh_from_db()
    return customer


@pytest.fixture
def address(site: str) -> str:
    """By name: a passkey belongs to a name, never to an IP address."""
    return site.replace("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Phone:
    page: Page
    session: CDPSession
    key: str

    def ask_for(self, *, verified: bool) -> None:
        """At the next question for the passkey its owner puts the right finger there, or does not."""
        self.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.key, "isUserVerified": verified}
        )


@pytest.fixture
def phone(address: str, open_browser: Callable[..., Page], customer: User) -> Phone:
    """Logged out again after it has added a passkey of the customer."""
    page = open_browser()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    page.goto(f"{address}/accounts/login/?next=/accounts/2fa/")
    _log_in(page, customer)
    page.get_by_role("link", name=WORDS("Add a passkey")).click()
    _type_password(page)  # who finds a browser open must not leave a way in behind
    page.locator("[name=name]").fill("มือถือของฉัน")
    page.locator("[name=passwordless]").check()
    page.get_by_role("button", name=WORDS("Add"), exact=True).click()
    expect(
        page.get_by_role("heading", name=WORDS("Recovery codes"))
    ).to_be_visible()  # should the phone be lost
    page.goto(f"{address}/accounts/2fa/webauthn/")
    expect(page.get_by_text("มือถือของฉัน")).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{address}/accounts/login/")
    return Phone(page, session, key)


def test_a_passkey_opens_the_account_without_a_password(phone: Phone, customer: User) -> None:
    phone.page.get_by_role("button", name=WORDS("Use a passkey")).click()

    _assert_is_in(phone.page, customer)
    assert Authenticator.objects.get(type="webauthn").user == customer


def test_a_refused_passkey_is_said_in_words_and_a_recovery_code_opens_still(
    phone: Phone, customer: User
) -> None:
    phone.ask_for(verified=False)
    phone.page.get_by_role("button", name=WORDS("Use a passkey")).click()

    expect(phone.page.get_by_role("alert")).to_have_text(
        WORDS.word("The passkey was not used. Try again, or choose another way.")
    )
    _log_in(phone.page, customer)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    phone.page.locator("[name=code]").fill(code)
    phone.page.locator("[name=code]").press("Enter")
    _assert_is_in(phone.page, customer)


def _log_in(page: Page, person: User) -> None:
    page.locator("[name=login]").fill(person.email)
    _type_password(page)


def _type_password(page: Page) -> None:
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")


def _assert_is_in(page: Page, person: User) -> None:
    expect(page.locator("header")).to_contain_text(person.name)
