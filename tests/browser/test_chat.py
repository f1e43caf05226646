"""Two people talk, live and through every kind of broken connection."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from accounts.models import User
from messaging.domain import post_message
from messaging.models import Message, Thread
from messaging.queries import unread_total
from orders.models import Order
from tests.browser.axe import assert_accessible
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OpenBrowser = Callable[..., Page]


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message", exact=True).fill(text)
    page.get_by_role("button", name="Send").click()


def test_two_people_talk_and_see_sent_delivered_and_read(
    open_browser: OpenBrowser, thread: Thread, customer: User, provider: User
) -> None:
    theirs = open_browser(provider, language="en")
    theirs.goto("/inbox/")
    mine = open_browser(customer, language="en", viewport=PHONE)
    mine.goto(thread.get_absolute_url())

    say(mine, "Hello <b>there</b>")

    line = mine.locator(".chat-line", has_text="Hello <b>there</b>")
    expect(line.locator("[data-ticks]")).to_have_attribute("data-ticks", "delivered")
    expect(theirs).to_have_title(re.compile(r"^\(1\) Inbox"))
    row = theirs.locator(".thread-row.is-unread")
    expect(row).to_contain_text("Unread 1")
    expect(theirs.get_by_role("link", name="New messages 1")).to_be_visible()
    expect(theirs.locator(".side-menu [data-unread-total]")).to_have_text("1")

    assert_accessible(theirs)
    row.click()

    expect(theirs.locator(".chat-line", has_text="Hello <b>there</b>")).to_be_visible()
    for page in (theirs, mine):
        assert_accessible(page)
    expect(line.locator("[data-ticks]")).to_have_attribute("data-ticks", "read")
    expect(line.locator(".ticks")).to_have_text("Read")
    expect(theirs).not_to_have_title(re.compile(r"^\("))

    theirs.get_by_role("textbox", name="Message", exact=True).press_sequentially("Wel", delay=30)
    expect(mine.locator("[data-typing]")).to_contain_text("Provider is writing…")
    theirs.keyboard.type("come")
    theirs.keyboard.press("Enter")
    expect(mine.locator(".chat-line", has_text="Welcome")).to_be_visible()
    expect(mine.locator("[data-here]")).to_be_visible()


def test_a_dropped_socket_catches_up_and_sends_what_was_written_meanwhile(
    open_browser: OpenBrowser, thread: Thread, customer: User, provider: User
) -> None:
    page = open_browser(customer, language="en")
    sockets: list[WebSocketRoute] = []
    is_refused = False

    def on_socket(socket: WebSocketRoute) -> None:
        if is_refused:
            socket.close()
            return
        sockets.append(socket)
        socket.connect_to_server()

    page.route_web_socket("**/ws/live/", on_socket)
    page.goto(thread.get_absolute_url())
    say(page, "Before")
    expect(page.locator(".chat-line", has_text="Before").locator("[data-ticks=sent]")).to_be_visible()

    is_refused = True
    sockets[0].close()
    for number in range(3):
        post_message(thread, by=provider, body=f"Missed {number}")
    say(page, "Meanwhile")
    is_refused = False

    expect(page.locator(".chat-line")).to_have_count(5, timeout=20_000)
    expect(page.locator("[data-seq]")).to_have_count(5)
    expect(page.locator("[data-down]")).to_be_hidden()
    bodies = list(Message.objects.order_by("seq").values_list("body", flat=True))
    assert bodies == ["Before", "Missed 0", "Missed 1", "Missed 2", "Meanwhile"]
    assert page.locator(".bubble-text").all_inner_texts() == bodies


def test_a_tab_that_slept_shows_what_was_written_meanwhile_and_sends_what_is_written_now(
    open_browser: OpenBrowser, thread: Thread, customer: User, provider: User
) -> None:
    theirs = open_browser(provider, language="en")
    theirs.goto(thread.get_absolute_url())
    mine = open_browser(customer, language="en", viewport=PHONE)
    mine.goto(thread.get_absolute_url())
    say(theirs, "Good night")
    expect(mine.locator(".chat-line", has_text="Good night")).to_be_visible()
    session = mine.context.new_cdp_session(mine)

    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    for number in range(3):
        say(theirs, f"Asleep {number}")
        line = theirs.locator(".chat-line", has_text=f"Asleep {number}")
        expect(line.locator("[data-ticks=sent]")).to_be_visible()
    session.send("Page.setWebLifecycleState", {"state": "active"})

    expect(mine.locator("[data-seq]")).to_have_count(4)
    say(mine, "Awake")
    expect(theirs.locator(".chat-line", has_text="Awake")).to_be_visible()
    expect(theirs.locator("[data-ticks=read]")).to_have_count(4)
    expect(mine.locator(".chat-line")).to_have_count(5)


def test_without_any_socket_messages_go_and_come_by_http_and_the_page_says_so(
    open_browser: OpenBrowser, thread: Thread, customer: User, provider: User
) -> None:
    page = open_browser(customer, language="en")
    page.route_web_socket("**/ws/live/", lambda socket: socket.close())
    page.goto(thread.get_absolute_url())

    expect(page.get_by_text("No live connection: messages are fetched every few seconds.")).to_be_visible(
        timeout=15_000
    )
    say(page, "By the form")

    expect(page.locator(".chat-line", has_text="By the form").locator("[data-ticks=sent]")).to_be_visible()
    post_message(thread, by=provider, body="Fetched")
    expect(page.locator(".chat-line", has_text="Fetched")).to_be_visible(timeout=12_000)
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == ["By the form", "Fetched"]


def test_what_could_not_be_sent_says_so_and_goes_once_on_try_again(
    open_browser: OpenBrowser, thread: Thread, customer: User
) -> None:
    page = open_browser(customer, language="en")
    page.route_web_socket("**/ws/live/", lambda socket: socket.close())
    is_away = True

    def answer(route: Route) -> None:
        if is_away:
            route.abort()
        else:
            route.continue_()

    page.route("**/send/", answer)
    page.goto(thread.get_absolute_url())
    say(page, "Stubborn")
    line = page.locator(".chat-line", has_text="Stubborn")
    expect(line).to_contain_text("Not sent", timeout=15_000)

    page.reload()  # it is still there
    line = page.locator(".chat-line", has_text="Stubborn")
    expect(line).to_contain_text("Not sent", timeout=15_000)
    is_away = False
    line.get_by_role("button", name="Try again").click()

    expect(line.locator("[data-ticks=sent]")).to_be_visible()
    expect(line).to_have_count(1)
    assert [m.body for m in Message.objects.all()] == ["Stubborn"]


def test_a_draft_survives_a_reload_and_older_messages_come_on_scrolling(
    open_browser: OpenBrowser, thread: Thread, customer: User, provider: User
) -> None:
    for number in range(120):
        post_message(thread, by=provider, body=f"Number {number + 1}.")
    page = open_browser(customer, language="en")
    page.goto(thread.get_absolute_url())
    page.get_by_role("textbox", name="Message", exact=True).fill("Not yet sent")

    page.reload()

    expect(page.get_by_role("textbox", name="Message", exact=True)).to_have_value("Not yet sent")
    assert unread_total(customer) == 0
    expect(page.locator("[data-seq]")).to_have_count(50)
    page.locator("[data-scroll]").evaluate("scroller => { scroller.scrollTop = -scroller.scrollHeight; }")
    expect(page.locator("#m50")).to_be_attached()
    page.locator("[data-scroll]").evaluate("scroller => { scroller.scrollTop = -scroller.scrollHeight; }")
    expect(page.locator("[data-seq]")).to_have_count(120)
    expect(page.locator(".chat-day")).to_have_count(1)


def test_a_photo_goes_with_its_text_and_opens_large(
    open_browser: OpenBrowser, thread: Thread, customer: User, provider: User
) -> None:
    theirs = open_browser(provider, language="en")
    theirs.goto(thread.get_absolute_url())
    mine = open_browser(customer, language="en")
    mine.goto(thread.get_absolute_url())

    with open("static/brand/icon-192.png", "rb") as file:
        photo = {"name": "logo.png", "mimeType": "image/png", "buffer": file.read()}
    mine.get_by_label("Attach a photo or file").set_input_files(photo)  # type: ignore[arg-type]
    expect(mine.locator("[data-chosen-name]")).to_contain_text("logo.png")
    say(mine, "Our logo")

    expect(theirs.locator(".bubble-photo img")).to_be_visible()
    theirs.locator(".bubble-photo").click()
    expect(theirs.get_by_role("dialog", name="Photo")).to_be_visible()
    theirs.keyboard.press("Escape")
    expect(theirs.get_by_role("dialog", name="Photo")).to_be_hidden()


def test_without_scripts_a_message_is_sent_and_read(
    open_browser: OpenBrowser, thread: Thread, customer: User, provider: User
) -> None:
    post_message(thread, by=provider, body="Can you read this?")
    page = open_browser(customer, language="en", java_script_enabled=False)
    page.goto("/inbox/")
    page.locator(".thread-row").click()
    expect(page.locator(".chat-line", has_text="Can you read this?")).to_be_visible()

    say(page, "Without scripts")

    expect(page.locator(".chat-line", has_text="Without scripts")).to_be_visible()
    assert Message.objects.count() == 2
    assert unread_total(customer) == 0


def test_a_double_tap_on_create_order_makes_no_order(
    open_browser: OpenBrowser, thread: Thread, provider: User
) -> None:
    page = open_browser(provider, language="en", viewport=PHONE)
    page.clock.install()
    page.goto(thread.get_absolute_url())
    page.locator(".functions > summary").click()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)
    page.locator(".functions-choice > summary").click()
    kind = page.get_by_role("button", name="Additional sale")
    expect(kind).to_be_visible()
    expect(kind).to_be_disabled()

    kind.click(force=True)

    expect(kind).to_be_visible()
    assert page.url.endswith(thread.get_absolute_url())
    assert Order.objects.count() == 0
    page.clock.run_for(400)
    kind.click()
    expect(page.get_by_role("heading", name="Additional sale")).to_be_visible()
    assert Order.objects.count() == 1
