"""A form that was refused on a phone: what is wrong must not wait below the fold."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Provider, User
from tests.browser.conftest import PHONE
from tests.browser.words import Words

pytestmark = pytest.mark.browser


def test_the_first_fault_comes_into_sight_ready_to_be_mended(
    open_browser: Callable[..., Page], provider: User, shop: Provider
) -> None:
    words = Words("fa")
    User.objects.filter(pk=provider.pk).update(language="fa")
    page = open_browser(provider, language="fa", viewport=PHONE)
    page.goto("/couriers/add/")  # a long guide stands above its form

    page.get_by_role("button", name=words("Save")).click()

    name = page.locator("input[name=name]")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_in_viewport()
    expect(name).to_be_focused()
    expect(page.locator(".invalid-feedback, .field-errors").first).to_be_in_viewport()
