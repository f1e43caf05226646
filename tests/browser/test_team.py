"""A shop's team: from an invitation by mail to a colleague's room, and out again while the page is open."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Provider, ProviderMember, User
from marketplace.notify.models import Notification
from messaging.domain import post_message
from messaging.models import Message, Thread
from tests.browser.axe import assert_sound
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words

pytestmark = pytest.mark.browser

PASSWORD = "a-long-test-password"
EMAIL = "lan@people.example"


def test_an_invited_agent_joins_answers_and_is_removed_while_the_page_is_open(
    open_browser: Callable[..., Page], shop: Provider, thread: Thread, provider: User, customer: User
) -> None:
    User.objects.filter(pk=provider.pk).update(language="vi")
    words = Words("vi")
    post_message(thread, by=customer, body="Xin chào")
    owner = open_browser(provider, language="vi", viewport=DESKTOP)
    agent = open_browser(language="vi", viewport=PHONE)

    _invite(owner, words)
    _sign_up_and_join(agent, words, _link_in_the_outbox(agent))
    person = User.objects.get(email=EMAIL)
    assert list(shop.members.values_list("user_id", "role")) == [(provider.pk, "owner"), (person.pk, "agent")]
    _assign(owner, words, thread)
    _answer(agent, words, thread)
    other_tab = agent.context.new_page()
    other_tab.goto("/inbox/")
    expect(other_tab.locator(".thread-row")).to_have_count(1)

    _remove(owner, words)

    _has_lost_the_shop(agent, other_tab, words, thread)
    assert not ProviderMember.objects.filter(user=person).exists()
    owner.goto(thread.get_absolute_url())
    expect(owner.locator(".assignment summary")).to_contain_text(words.word("Nobody"))
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == ["Xin chào", "Chào anh"]


def _invite(page: Page, words: Words) -> None:
    page.goto("/team/")
    assert_sound(page)
    email = page.get_by_label(words("Email"))
    email.fill("lan@people")
    page.get_by_role("button", name=words("Invite")).click()
    expect(email).to_have_value("lan@people")
    expect(email).to_have_attribute("aria-invalid", "true")
    assert_sound(page)
    email.fill(EMAIL)
    page.get_by_role("button", name=words("Invite")).dblclick()
    expect(page.get_by_role("region", name=words("Invited"))).to_contain_text(EMAIL)
    assert Notification.objects.filter(kind="team_invitation").count() == 1


def _link_in_the_outbox(page: Page) -> str:
    page.goto("/outbox/")
    letter = page.locator("article", has_text=EMAIL)
    address = letter.get_by_role("link").first.get_attribute("href")
    assert address is not None
    found = re.search(r"/join/[\w-]+/", address)
    assert found is not None
    return found[0]


def _sign_up_and_join(page: Page, words: Words, link: str) -> None:
    page.goto(link)
    assert_sound(page)
    page.get_by_role("link", name=words("Sign up")).last.click()
    page.get_by_label(words("Name")).fill("Lan")
    page.get_by_label(words("Email")).fill(EMAIL)
    page.get_by_label(words("Password"), exact=False).first.fill(PASSWORD)
    page.get_by_role("radio", name=words("Customer")).check()
    page.get_by_role("button", name=words("Sign up")).click()
    expect(page).to_have_url(re.compile(link))  # back where it began
    assert_sound(page)
    page.get_by_role("button", name=re.compile("Siam Legal")).dblclick()
    expect(page).to_have_url(re.compile("/inbox/$"))
    page.go_back()
    expect(page.get_by_role("button", name=re.compile("Siam Legal"))).to_have_count(0)  # works there already
    page.goto("/inbox/")


def _assign(page: Page, words: Words, thread: Thread) -> None:
    page.reload()
    row = page.get_by_role("list", name=words("Team")).get_by_role("listitem").filter(has_text="Lan")
    expect(row).to_contain_text(words.word("Agent"))
    expect(page.get_by_role("region", name=words("Invited"))).to_have_count(0)
    page.goto(thread.get_absolute_url())
    page.locator(".assignment summary").click()
    page.get_by_label(words("Assigned to")).select_option(label="Lan")
    assert_sound(page)
    page.get_by_role("button", name=words("Assign")).click()
    expect(page.locator(".assignment summary")).to_contain_text("Lan")


def _answer(page: Page, words: Words, thread: Thread) -> None:
    page.locator(".thread-row").click()
    expect(page).to_have_url(re.compile(thread.get_absolute_url()))
    expect(page.locator(".assignment summary")).to_contain_text(words.word("You"))
    page.get_by_role("textbox", name=words("Message")).fill("Chào anh")
    page.get_by_role("button", name=words("Send")).click()
    expect(page.locator(".chat-line", has_text="Chào anh").locator("[data-ticks=sent]")).to_be_visible()


def _remove(page: Page, words: Words) -> None:
    page.goto("/team/")
    row = page.get_by_role("list", name=words("Team")).get_by_role("listitem").filter(has_text="Lan")
    row.locator("summary").click()
    assert_sound(page)
    row.get_by_role("button").dblclick()
    expect(row).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="Lan").first).to_be_visible()


def _has_lost_the_shop(chat: Page, inbox: Page, words: Words, thread: Thread) -> None:
    """Nothing can be sent from the open conversation, and what is looked at again is gone."""
    chat.get_by_role("textbox", name=words("Message")).fill("Còn ai không?")
    chat.get_by_role("button", name=words("Send")).click()
    line = chat.locator(".chat-line", has_text="Còn ai không?")
    expect(line.locator("[data-ticks=failed]")).to_be_visible()
    expect(line).to_contain_text(words.word("You cannot open this conversation."))
    assert_sound(chat)
    for page in (chat, inbox):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(chat.locator("[data-conversation]")).to_have_count(0)
    expect(inbox.locator(".thread-row")).to_have_count(0)
    answer = chat.goto(f"/customers/{thread.pk}/")
    assert answer is not None
    assert answer.status == 404
