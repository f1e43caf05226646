import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from marketplace.common.models import Heartbeat
from marketplace.common.tasks import heartbeat
from marketplace.notify.domain import notify
from marketplace.notify.models import Notification


def test_health_is_200_when_every_part_answers(client: Client, db: None) -> None:
    heartbeat()

    response = client.get("/healthz")

    report = response.json()
    assert response.status_code == 200
    assert (report["ok"], report["database"], report["redis"]) == (True, True, True)
    assert 0 <= report["worker_seconds"] < 5
    assert report["outbox_lag_seconds"] is None


def test_health_is_503_while_no_worker_has_ever_run(client: Client, db: None) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.json()["ok"]) == (503, False)
    assert response.json()["worker_seconds"] is None


def test_health_is_503_when_the_worker_has_been_silent_for_a_minute(client: Client, db: None) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now() - timedelta(seconds=61))

    response = client.get("/healthz")

    assert (response.status_code, response.json()["worker_seconds"] >= 61) == (503, True)


@pytest.mark.parametrize(("minutes", "status"), [(4, 200), (6, 503)])
def test_health_shows_how_late_the_oldest_alert_is(
    minutes: int, status: int, client: Client, customer: User
) -> None:
    heartbeat()
    notify(customer, "order_confirmed", "cause:1")
    # Half a minute more: PostgreSQL's clock stands still within the test's transaction.
    Notification.objects.update(due_at=timezone.now() - timedelta(minutes=minutes, seconds=30))

    response = client.get("/healthz")

    assert response.status_code == status
    assert response.json()["outbox_lag_seconds"] >= minutes * 60


def test_health_without_redis_is_503(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeat()
    monkeypatch.setattr(cache, "_paused_until", float("inf"))

    response = client.get("/healthz")

    assert (response.status_code, response.json()["redis"], response.json()["database"]) == (503, False, True)


def test_a_language_is_chosen_by_a_link_and_stays(client: Client, customer: User) -> None:
    response = client.get("/language/fa/", {"next": "/accounts/login/"})

    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/")
    assert client.cookies["django_language"].value == "fa"
    assert 'dir="rtl"' in client.get("/accounts/login/").content.decode()

    client.force_login(customer, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/language/th/")

    customer.refresh_from_db()
    assert customer.language == "th"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_a_language_link_leads_nowhere_else(target: str, client: Client, db: None) -> None:
    assert client.get("/language/fa/", {"next": target}).headers["Location"] == "/"


def test_an_unknown_language_changes_nothing(client: Client, db: None) -> None:
    response = client.get("/language/xx/")

    assert (response.status_code, "django_language" in client.cookies) == (302, False)


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    folder = tmp_path / "media"
    (folder / "services").mkdir(parents=True)
    (folder / "attachments").mkdir()
    settings.MEDIA_ROOT = folder
    return folder


def test_photos_of_services_are_public_and_kept_for_ever(client: Client, media: Path, db: None) -> None:
    (media / "services" / "a.jpg").write_bytes(b"photo")

    response = client.get("/media/services/a.jpg")

    assert b"".join(response) == b"photo"  # type: ignore[call-overload]
    response.close()
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["attachments/secret.pdf", "services/../attachments/secret.pdf", "services/%2e%2e/attachments/secret.pdf",
     "services/none.jpg", "services/", "secret-key", "../secret-key"],
)  # fmt: skip
def test_nothing_else_is_public(path: str, client: Client, media: Path, db: None) -> None:
    (media / "attachments" / "secret.pdf").write_bytes(b"secret")

    response = client.get(f"/media/{path}")

    assert response.status_code == 404


def test_the_site_is_installable(client: Client, db: None) -> None:
    response = client.get("/manifest.webmanifest")

    manifest = json.loads(response.content)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/manifest+json")
    assert manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}


def test_a_form_open_too_long_gets_words_and_not_a_bare_403(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x", "password": "y"})

    assert response.status_code == 403
    assert "<h1" in response.content.decode()
