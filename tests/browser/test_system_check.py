"""The operator's system check in a real browser, against a real coturn."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.axe import assert_accessible
from tests.browser.conftest import PHONE, session_cookie

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_server_and_browser_both_prove_the_relay(
    relayed_site: str, open_browser: Callable[..., Page], operator: User, theme: Any
) -> None:
    page = open_browser(viewport=PHONE, language="en", color_scheme=theme)
    page.context.add_cookies([session_cookie(operator, relayed_site)])
    page.goto(f"{relayed_site}/admin/")
    page.get_by_role("link", name="System check").click()

    expect(page.get_by_text("Calls ready:")).to_be_visible()
    page.get_by_role("button", name="Check from this browser").click()

    expect(page.get_by_text("This browser got an address from the relay")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_scripts_a_button_tries_the_relay(
    relayed_site: str, open_browser: Callable[..., Page], operator: User
) -> None:
    page = open_browser(language="en", java_script_enabled=False)
    page.context.add_cookies([session_cookie(operator, relayed_site)])
    page.goto(f"{relayed_site}/admin/system-check/")
    expect(page.get_by_text("The relay has not been tried yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Check from this browser")).to_be_hidden()

    page.get_by_role("button", name="Check the relay").click()

    expect(page.get_by_text("Calls ready:")).to_be_visible()
