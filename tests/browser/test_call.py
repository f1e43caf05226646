"""Two people in a video call, in real browsers: what they see, and what they come back from."""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Playwright, WebSocketRoute, expect

from accounts.models import User
from appointments.domain.booking import book_appointment
from appointments.models import Appointment, Call, CallEvent
from messaging.models import Message, Thread
from messaging.presence import people_here
from tests.browser.axe import assert_accessible
from tests.browser.calls import KEEP_CONNECTIONS, assert_both_see_moving_pictures, picture_moves
from tests.browser.conftest import CHROMIUM, PHONE, session_cookie
from tests.support.relays import TURN_SECRET, Relay

pytestmark = pytest.mark.browser

OpenBrowser = Callable[..., Page]


def enter(page: Page, appointment: Appointment) -> None:
    page.add_init_script(KEEP_CONNECTIONS)
    page.goto(f"/appointments/{appointment.pk}/call/")
    page.get_by_role("button", name="Join", exact=True).click()


def status(page: Page, words: str) -> None:
    expect(page.locator("[data-status]")).to_have_text(words, timeout=20_000)


@pytest.fixture
def open_browser(open_browser: OpenBrowser) -> Iterator[OpenBrowser]:
    """The same. At the end the pages say goodbye, so that nothing is written while tables are emptied."""
    opened: list[Page] = []

    def make(*args: Any, **options: Any) -> Page:
        opened.append(open_browser(*args, **options))
        return opened[-1]

    yield make
    for page in {each for first in opened for each in first.context.pages}:
        page.goto("about:blank")
    told = -1
    while told != (told := CallEvent.objects.count()):
        time.sleep(0.4)


@pytest.fixture
def host_page(open_browser: OpenBrowser, provider: User) -> Page:
    return open_browser(provider, language="en")


@pytest.fixture
def customer_page(open_browser: OpenBrowser, customer: User) -> Page:
    return open_browser(customer, language="en", viewport=PHONE)


@pytest.fixture
def talking(host_page: Page, customer_page: Page, appointment: Appointment) -> tuple[Page, Page]:
    """Host and customer, connected."""
    enter(host_page, appointment)
    status(host_page, "Waiting for Customer")
    enter(customer_page, appointment)
    status(host_page, "Connected")
    status(customer_page, "Connected")
    return host_page, customer_page


def test_host_and_customer_see_each_other_and_leave_one_line(
    talking: tuple[Page, Page], appointment: Appointment
) -> None:
    assert_both_see_moving_pictures(*talking)
    for page in talking:
        picture_moves(page)
        expect(page.locator("#remote")).to_be_visible()

    host, customer = talking
    assert_accessible(host)
    customer.get_by_role("button", name="Leave", exact=True).click()
    expect(customer.get_by_role("heading", name="You left the call")).to_be_visible()
    status(host, "Customer left. Waiting for them to come back")
    host.get_by_role("button", name="Leave", exact=True).click()
    expect(host.get_by_role("heading", name="You left the call")).to_be_visible()

    _await(lambda: Call.objects.get().outcome == "talked")
    lines = Message.objects.filter(thread=appointment.thread, kind="notice")
    assert [line.body for line in lines] == ["Video call, less than a minute"]


def test_whoever_comes_second_may_be_the_host(
    host_page: Page, customer_page: Page, appointment: Appointment
) -> None:
    enter(customer_page, appointment)
    status(customer_page, "Waiting for Siam Legal")
    enter(host_page, appointment)

    for page in (host_page, customer_page):
        status(page, "Connected")
        picture_moves(page)


def test_a_dropped_socket_leaves_the_picture_and_the_signalling_comes_back(
    host_page: Page, customer_page: Page, appointment: Appointment
) -> None:
    routes: list[WebSocketRoute] = []

    def route(ws: WebSocketRoute) -> None:
        ws.connect_to_server()
        routes.append(ws)

    customer_page.route_web_socket(re.compile(r"/ws/call/"), route)
    enter(host_page, appointment)
    enter(customer_page, appointment)
    status(customer_page, "Connected")

    routes[0].close(code=1012)

    expect(customer_page.get_by_text("No connection to the site.")).to_be_visible()
    picture_moves(customer_page)
    picture_moves(host_page)
    expect(customer_page.get_by_text("No connection to the site.")).to_be_hidden(timeout=10_000)
    assert len(routes) == 2
    assert (
        customer_page.evaluate("window.connections.filter((c) => c.connectionState === 'connected').length")
        == 1
    )
    # The new socket carries: the host reads what the customer says about the microphone.
    customer_page.get_by_role("button", name="Mute", exact=True).click()
    expect(host_page.get_by_text("Customer is muted")).to_be_visible()
    # And an ICE restart goes through it.
    customer_page.evaluate("window.connections.at(-1).restartIce()")
    picture_moves(host_page)
    status(customer_page, "Connected")


def test_a_reload_is_back_after_join(talking: tuple[Page, Page]) -> None:
    host, customer = talking

    customer.reload()
    status(host, "Customer left. Waiting for them to come back")
    customer.get_by_role("button", name="Join", exact=True).click()

    for page in talking:
        status(page, "Connected")
        picture_moves(page)


def test_the_newest_tab_of_a_person_wins(talking: tuple[Page, Page], appointment: Appointment) -> None:
    host, customer = talking
    second = customer.context.new_page()

    enter(second, appointment)

    status(second, "Connected")
    picture_moves(second)
    picture_moves(host)
    expect(customer.get_by_role("heading", name="You opened this call in another tab")).to_be_visible()
    customer.wait_for_timeout(1500)
    assert customer.evaluate("window.connections.every((c) => c.connectionState === 'closed')")

    customer.get_by_role("button", name="Join again").click()
    customer.get_by_role("button", name="Join", exact=True).click()
    status(customer, "Connected")
    expect(second.get_by_role("heading", name="You opened this call in another tab")).to_be_visible()


CLOSE_CODE = """(address) => new Promise((resolve) => {
  const socket = new WebSocket(address.replace("http", "ws"));
  socket.onclose = ({ code }) => resolve(code);
})"""


def test_a_third_person_is_turned_away_at_every_door(
    open_browser: OpenBrowser, site: str, agent: User, stranger: User, appointment: Appointment
) -> None:
    for person, code in ((agent, 4404), (stranger, 4404), (None, 4401)):
        page = open_browser(person, language="en")
        answer = page.goto(f"/appointments/{appointment.pk}/call/")
        assert answer is not None
        path = page.url.removeprefix(site).split("?")[0]
        door = f"/appointments/{appointment.pk}/call/"
        assert (answer.status, path) == ((404, door) if person else (200, "/accounts/login/"))
        ice = page.request.get(f"/appointments/{appointment.pk}/call/ice-servers/", max_redirects=0)
        assert ice.status == (404 if person else 302)
        assert page.evaluate(CLOSE_CODE, f"{site}/ws/call/{appointment.pk}/") == code


def test_words_are_exchanged_beside_the_picture(talking: tuple[Page, Page], appointment: Appointment) -> None:
    host, customer = talking
    host.get_by_role("button", name="Message").click()

    host.get_by_role("textbox", name="Message").fill("Can you see the contract?")
    host.get_by_role("button", name="Send").click()

    panel = host.get_by_role("complementary", name="Message")
    expect(panel.get_by_text("Can you see the contract?")).to_be_visible()
    expect(host.get_by_role("textbox", name="Message")).to_have_value("")
    expect(customer.locator("[data-chat-unread]")).to_have_text("1")
    customer.get_by_role("button", name="Message").click()
    expect(customer.get_by_role("complementary").get_by_text("Can you see the contract?")).to_be_visible()
    expect(customer.locator("[data-chat-unread]")).to_be_hidden()
    assert Message.objects.get(kind="text").body == "Can you see the contract?"


def test_camera_off_hides_the_picture_and_the_screen_can_be_shown(talking: tuple[Page, Page]) -> None:
    host, customer = talking

    customer.get_by_role("button", name="Camera off").click()
    expect(host.locator("#call")).not_to_have_class(re.compile("other-shows"))
    expect(host.locator(".stage-other")).to_be_visible()
    customer.get_by_role("button", name="Camera on").click()
    expect(host.locator("#call")).to_have_class(re.compile("other-shows"))

    host.get_by_role("button", name="Share screen").click()
    expect(customer.locator("#call")).to_have_class(re.compile("other-shares"))
    picture_moves(customer)
    host.get_by_role("button", name="Stop sharing").click()
    expect(customer.locator("#call")).not_to_have_class(re.compile("other-shares"))
    picture_moves(customer)


def test_the_call_closes_for_both_when_it_is_cancelled(
    talking: tuple[Page, Page], appointment: Appointment, customer: User
) -> None:
    host, guest = talking
    page = guest.context.new_page()
    page.goto(f"/appointments/{appointment.pk}/cancel/")
    page.get_by_role("button", name="Cancel appointment").click()

    for each in talking:
        expect(each.get_by_role("heading", name="The appointment is over")).to_be_visible()
    answer = host.goto(f"/appointments/{appointment.pk}/call/")
    assert answer is not None
    assert answer.status == 200
    expect(host.get_by_role("heading", name="This appointment was cancelled")).to_be_visible()


# --- the way in -----------------------------------------------------------------------------------------


def test_a_row_turns_green_and_a_waiting_page_opens_by_itself(
    open_browser: OpenBrowser, thread: Thread, customer: User, provider: User
) -> None:
    opens = timezone.now() + timedelta(seconds=25)  # three pages must be open before
    appointment = book_appointment(
        thread, by=provider, topic="First talk", start=opens + timedelta(minutes=10)
    )
    schedule = open_browser(customer, language="en")
    schedule.goto("/appointments/")
    week = schedule.context.new_page()
    week.goto("/appointments/?view=week")
    door = open_browser(provider, language="en")
    door.goto(f"/appointments/{appointment.pk}/call/")
    expect(door.get_by_role("heading", name="You are early")).to_be_visible()
    way_in = schedule.get_by_role("link", name="VDO Call", exact=True)
    assert way_in.count() == 0
    assert_accessible(schedule)

    expect(way_in).to_be_visible(timeout=40_000)
    expect(schedule.locator(".appt-row.is-open")).to_contain_text("Enter now")
    expect(week.get_by_role("link", name="VDO Call", exact=True)).to_be_visible(timeout=40_000)
    expect(door.get_by_role("button", name="Join", exact=True)).to_be_visible(timeout=40_000)
    for page in (schedule, week, door):
        assert_accessible(page)


def test_who_is_elsewhere_on_the_site_hears_that_the_other_waits_and_comes_by_one_press(
    host_page: Page, open_browser: OpenBrowser, customer: User, appointment: Appointment
) -> None:
    elsewhere = open_browser(customer, language="en", viewport=PHONE)
    elsewhere.goto("/orders/")
    _await(lambda: people_here([customer.pk]) == {customer.pk})

    enter(host_page, appointment)

    line = elsewhere.get_by_role("status").filter(has_text="is waiting for you in the VDO Call:")
    expect(line).to_be_visible(timeout=20_000)
    expect(line).to_contain_text(f"{appointment.host.name} is waiting")
    assert_accessible(elsewhere)
    line.get_by_role("link", name=appointment.topic).click()
    expect(elsewhere).to_have_url(re.compile(rf"/appointments/{appointment.pk}/call/$"))
    expect(elsewhere.get_by_role("button", name="Join", exact=True)).to_be_visible()


def test_a_double_click_on_confirm_makes_one_appointment(
    open_browser: OpenBrowser, thread: Thread, provider: User
) -> None:
    page = open_browser(provider, language="en", viewport=PHONE)
    page.goto(f"/inbox/{thread.pk}/appointments/new/")
    page.get_by_label("Date and time").fill("2027-01-22 14:30")
    assert_accessible(page)

    page.get_by_role("button", name="Confirm appointment").dblclick(no_wait_after=True)

    expect(page.get_by_role("heading", name="The appointment is made")).to_be_visible()
    assert_accessible(page)
    page.locator("main").get_by_role("link", name="View your appointments").click()
    expect(page.get_by_role("heading", name="View your appointments")).to_be_visible()
    assert Appointment.objects.count() == 1


def test_an_offered_time_is_taken_with_one_click(
    open_browser: OpenBrowser, thread: Thread, provider: User
) -> None:
    start = datetime.fromisoformat("2027-01-22T14:30+07:00")
    book_appointment(thread, by=provider, topic="First talk", start=start)
    page = open_browser(provider, language="en")
    page.goto(f"/inbox/{thread.pk}/appointments/new/")
    page.get_by_label("Date and time").fill("2027-01-22 15:00")
    page.get_by_role("button", name="Confirm appointment").click()
    expect(page.get_by_text("That time is already taken. Choose another one.")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="22 Jan 2027, 15:30").click()

    expect(page.get_by_role("heading", name="The appointment is made")).to_be_visible()
    assert Appointment.objects.filter(period__startswith=start + timedelta(hours=1)).count() == 1


# --- without camera, without microphone ---------------------------------------------------------------


@pytest.fixture
def browser_with(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """A Chromium with other switches."""
    browsers: list[Browser] = []

    def launch(*switches: str) -> Browser:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--allow-loopback-in-peer-connection", *switches]
        )
        browsers.append(browser)
        return browser

    yield launch
    for browser in browsers:
        browser.close()


@pytest.mark.parametrize(
    ("switches", "microphone", "help_words"),
    [
        (
            ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream=deny"],
            "Not allowed",
            "Press the lock or camera symbol",
        ),
        (["--use-fake-ui-for-media-stream"], "None found", "No microphone was found."),
    ],
)
def test_a_refused_or_missing_microphone_is_said_in_words(
    browser_with: Callable[..., Browser],
    open_browser: OpenBrowser,
    site: str,
    customer: User,
    appointment: Appointment,
    switches: list[str],
    microphone: str,
    help_words: str,
) -> None:
    context = browser_with(*switches).new_context(base_url=site, locale="en", service_workers="block")
    context.add_cookies([session_cookie(customer, site)])
    page = context.new_page()

    page.goto(f"/appointments/{appointment.pk}/call/")

    expect(page.locator('[data-check="microphone"] [data-result]')).to_have_text(microphone)
    expect(page.get_by_text(help_words)).to_be_visible()
    expect(page.get_by_role("button", name="Join", exact=True)).to_be_disabled()
    context.close()


def test_without_a_camera_the_call_is_joined_with_sound_only(
    host_page: Page, customer_page: Page, appointment: Appointment
) -> None:
    host_page.add_init_script(
        """const ask = window.MediaDevices?.prototype.getUserMedia;
        if (ask) MediaDevices.prototype.getUserMedia = function (wanted) {
          if (wanted.video) return Promise.reject(new DOMException("", "NotFoundError"));
          return ask.call(this, wanted);
        };"""
    )
    enter(host_page, appointment)
    enter(customer_page, appointment)

    for page in (host_page, customer_page):
        status(page, "Connected")
    picture_moves(host_page)
    expect(customer_page.locator(".stage-other")).to_be_visible()
    expect(host_page.get_by_role("button", name="Camera on")).to_be_disabled()


# --- through a relay ----------------------------------------------------------------------------------


def test_the_call_goes_through_the_relay_with_credentials_that_expire(
    relayed_site: str, open_browser: OpenBrowser, customer: User, provider: User, appointment: Appointment
) -> None:
    pages = _talking_through(relayed_site, open_browser, [provider, customer], appointment)

    for page in pages:
        assert picture_moves(page)["local"] == "relay"

    answer = pages[0].request.get(f"{relayed_site}/appointments/{appointment.pk}/call/ice-servers/").json()
    server = answer["iceServers"][0]
    expiry, person_id = server["username"].split(":")
    assert int(person_id) == provider.pk
    assert 3500 < int(expiry) - time.time() <= 3600
    digest = hmac.new(TURN_SECRET.encode(), server["username"].encode(), hashlib.sha1).digest()
    assert server["credential"] == base64.b64encode(digest).decode()


def test_a_path_that_breaks_down_is_found_anew(
    relayed_site: str,
    relay: Relay,
    open_browser: OpenBrowser,
    customer: User,
    provider: User,
    appointment: Appointment,
) -> None:
    pages = _talking_through(relayed_site, open_browser, [provider, customer], appointment)
    for page in pages:
        picture_moves(page)
    made = [page.evaluate("window.connections.length") for page in pages]

    relay.stop()
    for page in pages:
        expect(page.locator("[data-status]")).to_have_text("Reconnecting", timeout=30_000)
    relay.start()

    for page in pages:
        expect(page.locator("[data-status]")).to_have_text("Connected", timeout=60_000)
        assert picture_moves(page)["local"] == "relay"
    # By new ways for the same connection, on both sides.
    assert [page.evaluate("window.connections.length") for page in pages] == made


def _talking_through(
    site: str, open_browser: OpenBrowser, people: list[User], appointment: Appointment
) -> list[Page]:
    pages = []
    for person in people:
        page = open_browser(language="en")
        page.context.add_cookies([session_cookie(person, site)])
        page.add_init_script(KEEP_CONNECTIONS)
        page.goto(f"{site}/appointments/{appointment.pk}/call/")
        expect(page.get_by_text("Ready: the call works from nearly every network")).to_be_visible()
        page.get_by_role("button", name="Join", exact=True).click()
        pages.append(page)
    for page in pages:
        status(page, "Connected")
    return pages


def _await(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_line_about_this_call_is_not_shown_in_it_and_others_leave_its_buttons_free(
    customer_page: Page, appointment: Appointment
) -> None:
    enter(customer_page, appointment)
    status(customer_page, "Waiting for Siam Legal")
    customer_page.locator(".toasts").wait_for(state="attached")

    customer_page.evaluate(
        """() => {
          for (const url of [location.pathname, "/orders/"]) {
            const detail = { type: "toast", text: `About ${url}:`, about: "Look", url };
            document.dispatchEvent(new CustomEvent("talad:event", { detail }));
          }
        }"""
    )

    expect(customer_page.locator(".toast-line")).to_have_count(1)
    line = customer_page.locator(".toast-line")
    expect(line).to_contain_text("About /orders/:")
    bottom = line.evaluate("(line) => line.getBoundingClientRect().bottom")
    assert bottom < customer_page.locator(".controls").evaluate("(bar) => bar.getBoundingClientRect().top")
    customer_page.get_by_role("button", name="Leave", exact=True).click()
    expect(customer_page.get_by_role("heading", name="You left the call")).to_be_visible()
