"""Notifications on this device. No push service can be reached from here: what one would hand to the browser
is handed to it by the developer tools."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, Playwright, expect

from accounts.models import User
from marketplace.notify.models import PushSubscription
from tests.browser.axe import assert_accessible
from tests.browser.conftest import CHROMIUM, session_cookie

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
NOTICE = {
    "title": "New order 100001",
    "body": "Malee has ordered.",
    "url": "/orders/1/",
    "icon": "/static/brand/icon-192.png",
    "lang": "en",
    "tag": "abc",
}


@pytest.fixture
def own_browser(playwright: Playwright, site: str, transactional_db: None, tmp_path: Path) -> Iterator[Any]:
    """A browser with a profile, not a private window, which may show notifications."""
    context = playwright.chromium.launch_persistent_context(
        str(tmp_path / "profile"), executable_path=CHROMIUM, args=["--no-sandbox"], base_url=site, locale="en"
    )
    context.grant_permissions(["notifications"], origin=site)
    yield context
    context.close()


def section(page: Page) -> Any:
    page.goto("/settings/")
    return page.locator("#push")


def test_a_browser_that_cannot_do_it_says_so(customer: User, open_browser: Open) -> None:
    page = open_browser(customer, language="en")
    page.add_init_script("delete window.PushManager")

    push = section(page)

    expect(push.get_by_text("This browser cannot show notifications.")).to_be_visible()
    expect(push.get_by_role("button")).to_have_count(0)


def test_who_refused_learns_where_to_allow_it(customer: User, open_browser: Open) -> None:
    page = open_browser(customer, language="en")
    page.add_init_script("Object.defineProperty(Notification, 'permission', {get: () => 'denied'})")

    push = section(page)

    expect(push.get_by_text("Allow them for this site in the browser's settings")).to_be_visible()
    expect(push.get_by_role("button")).to_have_count(0)


def test_the_browser_asks_only_on_press_and_a_no_is_explained(customer: User, open_browser: Open) -> None:
    page = open_browser(customer, language="en")
    page.add_init_script(
        "let said = 'default'; window.asked = 0;"
        "Object.defineProperty(Notification, 'permission', {get: () => said});"
        "Notification.requestPermission = async () => { window.asked++; return (said = 'denied'); };"
    )
    push = section(page)
    expect(push.get_by_role("button", name="Turn on")).to_be_visible()
    assert page.evaluate("window.asked") == 0

    push.get_by_role("button", name="Turn on").click()

    expect(push.get_by_text("does not let this site show notifications")).to_be_visible()
    assert page.evaluate("window.asked") == 1
    assert_accessible(page)


def test_a_notice_that_comes_is_shown(provider: User, own_browser: Any, site: str) -> None:
    own_browser.add_cookies([session_cookie(provider, site)])
    page = own_browser.pages[0]
    tools = own_browser.new_cdp_session(page)
    registrations: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(one["registrationId"] for one in event["registrations"]),
    )
    tools.send("ServiceWorker.enable")
    section(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert registrations

    message = {"origin": site, "registrationId": registrations[-1], "data": json.dumps(NOTICE)}
    tools.send("ServiceWorker.deliverPushMessage", message)

    shown = page.evaluate(
        """async () => {
          const registration = await navigator.serviceWorker.ready;
          for (let round = 0; round < 100; round++) {
            const [one] = await registration.getNotifications();
            if (one) return { title: one.title, body: one.body, tag: one.tag, url: one.data.url };
            await new Promise((resume) => setTimeout(resume, 50));
          }
        }"""
    )
    assert shown == {key: NOTICE[key] for key in ("title", "body", "tag", "url")}


def test_turning_on_and_off_tells_the_store(provider: User, own_browser: Any, site: str) -> None:
    """The browser's own subscription, which needs a push service, is played; the rest is real."""
    own_browser.add_cookies([session_cookie(provider, site)])
    page = own_browser.pages[0]
    page.add_init_script(PLAYED_SUBSCRIPTION)
    push = section(page)

    push.get_by_role("button", name="Turn on").click()
    expect(push.get_by_text("Notifications are on for this device.")).to_be_visible()
    device = PushSubscription.objects.get()
    assert (device.user, device.endpoint) == (provider, "https://push.example/send/abc")

    push = section(page)
    expect(push.get_by_text("Notifications are on for this device.")).to_be_visible()
    push.get_by_role("button", name="Turn off").click()
    expect(push.get_by_role("button", name="Turn on")).to_be_focused()
    assert not PushSubscription.objects.exists()


def test_a_subscription_that_the_browser_ends_is_made_anew(
    provider: User, own_browser: Any, site: str
) -> None:
    own_browser.add_cookies([session_cookie(provider, site)])
    worker = worker_of(own_browser)

    worker.evaluate(PLAYED_PUSH_SERVICE)
    worker.evaluate(DISPATCH, ["pushsubscriptionchange", {}])

    device = PushSubscription.objects.get()
    assert (device.user, device.endpoint) == (provider, "https://push.example/send/anew")
    assert worker.evaluate("played.asked.userVisibleOnly")
    assert worker.evaluate("played.asked.applicationServerKey") == settings.VAPID_PUBLIC_KEY


def test_a_subscription_that_the_browser_made_itself_is_told(
    provider: User, own_browser: Any, site: str
) -> None:
    own_browser.add_cookies([session_cookie(provider, site)])
    worker = worker_of(own_browser)

    worker.evaluate(PLAYED_PUSH_SERVICE)
    worker.evaluate(DISPATCH, ["pushsubscriptionchange", {"newSubscription": "made"}])

    assert PushSubscription.objects.get().endpoint == "https://push.example/send/made"
    assert worker.evaluate("played.asked") is None


def test_a_subscription_of_nobody_is_neither_made_nor_told(
    transactional_db: None, own_browser: Any, site: str
) -> None:
    worker = worker_of(own_browser)

    worker.evaluate(PLAYED_PUSH_SERVICE)
    worker.evaluate(DISPATCH, ["pushsubscriptionchange", {}])

    assert worker.evaluate("played.asked") is None
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    ("open_at", "url", "done"),
    [
        ("/offline/", "/orders/1/", ["open /orders/1/"]),
        ("/offline/", "/offline/?from=notice", ["focus /offline/"]),
        ("/offline/", "https://elsewhere.example/offline/", []),
    ],
)
def test_a_press_on_a_notice_leads_to_its_page(
    open_at: str, url: str, done: list[str], own_browser: Any, site: str
) -> None:
    """A browser opens and shows windows only after a finger's press, which nothing here can play: what the
    worker asks it for is read instead. The notice is a real one."""
    worker = worker_of(own_browser, open_at)
    worker.evaluate(PLAYED_WINDOWS)
    worker.evaluate(
        "([title, url]) => registration.showNotification(title, { data: { url } })", [NOTICE["title"], url]
    )

    worker.evaluate(DISPATCH, ["notificationclick", {"notification": True}])

    assert worker.evaluate("played") == [entry.replace(" ", f" {site}") for entry in done]
    assert worker.evaluate("registration.getNotifications().then((all) => all.length)") == 0


def worker_of(browser: Any, address: str = "/offline/") -> Any:
    """The service worker, once it rules a page at that address."""
    page = browser.pages[0]
    page.goto(address)
    page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return browser.service_workers[0]


# An event of the browser's own kind, made by hand, has a `waitUntil` that refuses to be called.
DISPATCH = """async ([kind, given]) => {
  const event = new Event(kind);
  const waited = [];
  event.waitUntil = (promise) => waited.push(promise);
  if (given.notification) [event.notification] = await registration.getNotifications();
  if (given.newSubscription) event.newSubscription = played.subscription(given.newSubscription);
  self.dispatchEvent(event);
  await Promise.all(waited);
  return waited.length;
}"""
PLAYED_PUSH_SERVICE = """() => {
  const keys = {
    p256dh: "BMJx16FU6pv7uHB8yFnPrQBmbwoFnn1uI17A4iT5miqN-W_022ND7OokycgydvdxB8dPeO3ZMiVPqHxynJ6zUOU",
    auth: "AAAAAAAAAAAAAAAAAAAAAA" };
  self.played = { asked: null, subscription: (name) => ({
    toJSON: () => ({ endpoint: `https://push.example/send/${name}`, expirationTime: null, keys }) }) };
  PushManager.prototype.subscribe = async (asked) => {
    played.asked = asked;
    return played.subscription("anew");
  };
}"""
PLAYED_WINDOWS = """() => {
  self.played = [];
  Clients.prototype.openWindow = async (url) => { played.push(`open ${url}`); };
  WindowClient.prototype.focus = async function () { played.push(`focus ${this.url}`); };
}"""
# 65 bytes of a point on the curve, and 16 of a secret.
PLAYED_SUBSCRIPTION = """
const played = {
  endpoint: "https://push.example/send/abc",
  toJSON: () => ({ endpoint: played.endpoint, expirationTime: null, keys: {
    p256dh: "BMJx16FU6pv7uHB8yFnPrQBmbwoFnn1uI17A4iT5miqN-W_022ND7OokycgydvdxB8dPeO3ZMiVPqHxynJ6zUOU",
    auth: "AAAAAAAAAAAAAAAAAAAAAA" } }),
  unsubscribe: async () => localStorage.removeItem("played"),
};
PushManager.prototype.subscribe = async () => (localStorage.setItem("played", "1"), played);
PushManager.prototype.getSubscription = async () => (localStorage.getItem("played") ? played : null);
"""
