"""What every request goes through; the outage is a real one, in a site of the test's own."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from accounts.models import User
from marketplace.common.middleware import permissions_policy, readers_locale
from tests.support.outage import Site
from tests.support.private import wait_until


def test_a_person_reads_in_the_own_language_and_zone(make_person: Callable[..., User]) -> None:
    seen: list[tuple[str, str]] = []

    def page(request: HttpRequest) -> HttpResponse:
        seen.append((translation.get_language(), timezone.get_current_timezone_name()))
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = make_person("zahra", language="fa", time_zone="Asia/Tehran")

    with translation.override("en"):
        response = readers_locale(page)(request)

    assert seen == [("fa", "Asia/Tehran")]
    assert response.headers["Content-Language"] == "fa"
    assert timezone.get_current_timezone_name() == "Asia/Bangkok"


def test_the_zone_of_one_reader_does_not_stay_for_the_next(make_person: Callable[..., User]) -> None:
    def breaks(request: HttpRequest) -> HttpResponse:
        raise ValueError

    request = RequestFactory().get("/")
    request.user = make_person("zahra", time_zone="Asia/Tehran")

    with pytest.raises(ValueError, match="^$"), translation.override("en"):
        readers_locale(breaks)(request)

    assert timezone.get_current_timezone_name() == "Asia/Bangkok"


def test_the_browsers_language_counts_until_a_person_has_one(client: Client, customer: User) -> None:
    headers = {"Accept-Language": "vi"}
    assert client.get("/accounts/login/", headers=headers).headers["Content-Language"] == "vi"

    client.force_login(customer, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert client.get("/orders/", headers=headers).headers["Content-Language"] == "en"


def test_camera_and_microphone_are_off_unless_a_page_says_otherwise() -> None:
    call = HttpResponse(headers={"Permissions-Policy": "camera=(self)"})

    plain = permissions_policy(lambda request: HttpResponse())(RequestFactory().get("/"))
    own = permissions_policy(lambda request: call)(RequestFactory().get("/"))

    assert "camera=()" in plain.headers["Permissions-Policy"]
    assert own.headers["Permissions-Policy"] == "camera=(self)"


def test_under_debug_too_a_missing_page_is_the_stores_own(client: Client, settings: object) -> None:
    settings.DEBUG = True  # type: ignore[attr-defined]

    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert "Page not found" in response.content.decode()
    assert "URLconf" not in response.content.decode()


# --- PostgreSQL goes away and comes back ----------------------------------------------------------


def test_without_postgresql_every_page_says_so_and_comes_back_without_a_restart(site: Site) -> None:
    pages = [("/services/?q=tea", False), ("/orders/", True), ("/inbox/", True), ("/accounts/login/", False)]
    for path, signed_in in pages:
        assert site.get(path, signed_in=signed_in)[0] == 200, (path, site.log.read_text()[-3000:])
    assert site.servers.postgres
    site.servers.postgres.stop()
    try:
        # Signed out, a page kept from before would still come, and one without a query does.
        asked = [("/services/?q=coffee", False), ("/orders/", True), ("/inbox/", True)]
        began = time.monotonic()
        with ThreadPoolExecutor() as pool:
            answers = list(pool.map(lambda page: site.get(page[0], signed_in=page[1]), asked))
        assert [(status, "One moment please" in text) for status, text in answers] == [(503, True)] * 3
        assert time.monotonic() - began < 15
        status, health = site.get("/healthz")
        assert (status, '"database": false' in health, '"redis": true' in health) == (503, True, True)
    finally:
        site.servers.postgres.begin()
        site.servers.postgres.wait_ready()

    wait_until(
        lambda: site.get("/orders/", signed_in=True)[0] == 200, 15, lambda: site.log.read_text()[-3000:]
    )
    assert [site.get(path, signed_in=signed_in)[0] for path, signed_in in pages] == [200] * 4


def test_a_quick_restart_of_postgresql_is_hardly_seen(site: Site) -> None:
    assert site.get("/orders/", signed_in=True)[0] == 200
    assert site.servers.postgres
    site.servers.postgres.stop()
    site.servers.postgres.begin()
    site.servers.postgres.wait_ready()

    assert [site.get("/orders/", signed_in=True)[0] for _ in range(6)] == [200] * 6


# --- Redis goes away and comes back ---------------------------------------------------------------


def test_without_redis_pages_answer_and_people_log_in(site: Site) -> None:
    pages = [("/", False), ("/services/?q=tea", False), ("/dashboard/", True), ("/orders/", True)]
    pages.append(("/inbox/", True))
    assert site.servers.valkey
    site.servers.valkey.stop()
    try:
        began = time.monotonic()
        answers = [site.get(path, signed_in=signed_in)[0] for path, signed_in in pages]
        logged_in = _log_in(site)
        assert time.monotonic() - began < 30
        status, health = site.get("/healthz")
    finally:
        site.servers.valkey.begin()
        site.servers.valkey.wait_ready()

    assert answers == [200] * 5, site.log.read_text()[-3000:]
    assert logged_in.endswith("/dashboard/"), site.log.read_text()[-3000:]
    assert (status, '"database": true' in health, '"redis": false' in health) == (503, True, True)
    assert [site.get(path, signed_in=signed_in)[0] for path, signed_in in pages] == [200] * 5


def _log_in(site: Site) -> str:
    """The address at which a browser ends."""
    browser = build_opener(HTTPCookieProcessor())
    with browser.open(f"{site.address}/accounts/login/", timeout=30) as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
    assert token
    form = {"csrfmiddlewaretoken": token[1], "login": "reader", "password": "x"}
    with browser.open(f"{site.address}/accounts/login/", urlencode(form).encode(), timeout=30) as page:
        return str(page.url)
