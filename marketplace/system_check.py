"""What the operator's "System check" page says, one row for each part. It looks into every app, so it stands
above them all."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from appointments.domain.relay_check import RelayResult
from appointments.enums import RelayOutcome
from marketplace.common.calendars import format_number, localize_digits
from marketplace.common.checks import search_knows_every_script, tehran_in_july
from marketplace.common.health import MANY_FAILED, Signs, read_signs, redis_answers
from marketplace.notify import push
from marketplace.notify.enums import GatewayKind, NotificationStatus, Problem
from marketplace.notify.models import Notification, SmsGateway
from orders.domain import outside
from orders.enums import DeliveryStatus

SLOW_MILLISECONDS = 200
LITTLE_SPACE_BYTES = 2 * 1024**3
LITTLE_SPACE_SHARE = 0.05
NAMED_SHOPS = 5


class State(TextChoices):
    GOOD = "good", _("Good")
    ATTENTION = "attention", _("Needs attention")
    MISSING = "missing", _("Not set up")
    UNKNOWN = "unknown", _("Not checked yet")


@dataclass(frozen=True)
class Row:
    """`sentence`: what was seen and what to do. `url`: where to do it, if there is a page for it."""

    key: str
    name: str
    state: State
    sentence: str
    url: str = ""


def all_rows() -> list[Row]:
    """Every part but the calls' relay, which takes its time."""
    servers = [database(), redis(), *signs_rows(read_signs())]
    return [*servers, mail(), sms(), web_push(), order_systems(), time_zones(), disk()]


def complaints() -> list[Row]:
    """What needs the operator's eye on the first page: one query."""
    return [row for row in signs_rows(read_signs()) if row.state == State.ATTENTION]


# --- servers --------------------------------------------------------------------------------------


def database() -> Row:
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0].split()[0]
    took = _milliseconds(began)
    said = {"version": _number(version), "time": _number(took)}
    if search_knows_every_script(databases=["default"]):
        text = _(
            "PostgreSQL %(version)s answers, but the search finds no typing slips in Thai and Persian: "
            "create the database anew with a UTF-8 ctype (README, “Your own database and Redis”)."
        )
        return _row("database", _("Database"), State.ATTENTION, text, said)
    if took > SLOW_MILLISECONDS:
        text = _("PostgreSQL %(version)s takes %(time)s ms to answer. Bring it closer or give it more power.")
        return _row("database", _("Database"), State.ATTENTION, text, said)
    text = _("PostgreSQL %(version)s answers in %(time)s ms.")
    return _row("database", _("Database"), State.GOOD, text, said)


def redis() -> Row:
    began = time.monotonic()
    if redis_answers():
        said = {"time": _number(_milliseconds(began))}
        return _row("redis", _("Redis"), State.GOOD, _("Redis answers in %(time)s ms."), said)
    text = _(
        "Redis does not answer: chat and calls stand still, mail is late. Start it or correct REDIS_URL."
    )
    return _row("redis", _("Redis"), State.ATTENTION, text)


# --- the worker and its outbox --------------------------------------------------------------------


def signs_rows(signs: Signs) -> list[Row]:
    return [_worker(signs), _queue(signs), _failures(signs), _points(signs)]


def _worker(signs: Signs) -> Row:
    if signs.worker_seconds is None:
        text: Any = _("The worker has not started: no mail goes out.")
        return _row("worker", _("Worker"), State.ATTENTION, text)
    if not signs.worker_is_late:
        said = {"seconds": _number(round(signs.worker_seconds))}
        text = _("The worker gave its last sign of life %(seconds)s s ago.")
        return _row("worker", _("Worker"), State.GOOD, text, said)
    minutes = max(1, int(signs.worker_seconds) // 60)
    text = ngettext(
        "The worker has been silent for %(minutes)s minute.",
        "The worker has been silent for %(minutes)s minutes.",
        minutes,
    )
    return _row("worker", _("Worker"), State.ATTENTION, text, {"minutes": _number(minutes)})


def _queue(signs: Signs) -> Row:
    name = _("Waiting messages")
    if not signs.outbox_is_late:
        return _row("queue", name, State.GOOD, _("Nothing in the outbox has waited for long."))
    minutes = int(signs.outbox_lag_seconds or 0) // 60
    text = ngettext(
        "The oldest message has been waiting for %(minutes)s minute.",
        "The oldest message has been waiting for %(minutes)s minutes.",
        minutes,
    )
    said = {"minutes": _number(minutes)}
    return _row("queue", name, State.ATTENTION, text, said, _outbox(NotificationStatus.PENDING))


def _failures(signs: Signs) -> Row:
    name = _("Undelivered messages")
    if not signs.failed:
        return _row("failures", name, State.GOOD, _("No message was given up."))
    text = ngettext(
        "%(count)s message was not delivered.", "%(count)s messages were not delivered.", signs.failed
    )
    count = _number(signs.failed) + ("+" if signs.failed >= MANY_FAILED else "")
    return _row("failures", name, State.ATTENTION, text, {"count": count}, _outbox(NotificationStatus.FAILED))


def _points(signs: Signs) -> Row:
    name = _("Points")
    if signs.points_seconds is None:
        text: Any = _("The members' points are checked every night; the first check is still to come.")
        return _row("points", name, State.UNKNOWN, text)
    if signs.points_wrong:
        text = ngettext(
            "%(count)s member's points are not the sum of what the ledger says: somebody wrote to the "
            "database by hand. The dashboard names the member.",
            "%(count)s members' points are not the sum of what the ledger says: somebody wrote to the "
            "database by hand. The dashboard names the members.",
            signs.points_wrong,
        )
        return _row("points", name, State.ATTENTION, text, {"count": _number(signs.points_wrong)})
    hours = int(signs.points_seconds) // 3600
    if signs.points == "unchecked":
        text = ngettext(
            "The members' points were last checked %(hours)s hour ago. Is the worker running?",
            "The members' points were last checked %(hours)s hours ago. Is the worker running?",
            hours,
        )
        return _row("points", name, State.ATTENTION, text, {"hours": _number(hours)})
    text = _("Every member's points are the sum of what the ledger says.")
    return _row("points", name, State.GOOD, text)


def _outbox(status: NotificationStatus) -> str:
    return f"{reverse('admin:notify_notification_changelist')}?status__exact={status}"


# --- ways out -------------------------------------------------------------------------------------


def mail() -> Row:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        text = _("No mail server is set: mails stay in the outbox, nobody gets one. Set EMAIL_URL.")
        return _row("mail", _("Email"), State.MISSING, text)
    said = {"server": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}", "sender": sender}
    if sender.endswith("@localhost"):
        text = _("Mails go out as %(sender)s, which most mailboxes refuse. Set DEFAULT_FROM_EMAIL.")
        return _row("mail", _("Email"), State.ATTENTION, text, said)
    text = _("Mails go out through %(server)s as %(sender)s.")
    return _row("mail", _("Email"), State.GOOD, text, said)


def sms() -> Row:
    """Each shop has its own gateway, or none."""
    real = SmsGateway.objects.filter(is_on=True).exclude(kind=GatewayKind.CONSOLE)
    shops = real.count()
    if not shops:
        text = _("No shop has set up an SMS gateway (Settings → SMS settings). The store works without them.")
        return _row("sms", _("SMS"), State.MISSING, text)
    day_ago = timezone.now() - timedelta(days=1)
    silent = Notification.objects.filter(
        gateway__in=real, created_at__gte=day_ago, problem__in=[Problem.NO_ANSWER, Problem.UNCLEAR]
    )
    if silent.exists():
        text = _("Since yesterday some SMS gateways gave no clear answer; each shop sees its own in its log.")
        return _row("sms", _("SMS"), State.ATTENTION, text)
    text = _("Shops that send SMS through a gateway of theirs: %(number)s.")
    return _row("sms", _("SMS"), State.GOOD, text, {"number": _number(shops)})


def web_push() -> Row:
    if not push.is_available():
        text = _(
            "Nobody can turn on notifications on a device: set VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY. "
            "The store works without them."
        )
        return _row("web_push", _("Notifications on devices"), State.MISSING, text)
    text = _("Whoever turns them on is told on the device, too.")
    return _row("web_push", _("Notifications on devices"), State.GOOD, text)


def order_systems() -> Row:
    """What shops' own order systems did not take; names of shops and numbers, nothing of what was sent."""
    name, shops = _("Shops' order systems"), outside.given_up_since(timezone.now() - timedelta(days=1))
    if not shops:
        text: Any = _("No event for a shop's order system was given up in the last day.")
        return _row("order_systems", name, State.GOOD, text)
    count = sum(failed for _shop, failed in shops)
    text = ngettext(
        "%(count)s event for a shop's order system was given up in the last day (%(shops)s). "
        "Tell the shop: its settings page has the answers and “Send again”.",
        "%(count)s events for shops' order systems were given up in the last day (%(shops)s). "
        "Tell the shops: their settings page has the answers and “Send again”.",
        count,
    )
    # A name in another script must not pull the number beside it along.
    named = [f"\u2068{shop}\u2069: {_number(failed)}" for shop, failed in shops[:NAMED_SHOPS]]
    said = {"count": _number(count), "shops": " · ".join([*named, *(["…"] if shops[NAMED_SHOPS:] else [])])}
    url = f"{reverse('admin:orders_outsidedelivery_changelist')}?status__exact={DeliveryStatus.FAILED}"
    return _row("order_systems", name, State.ATTENTION, text, said, url)


# --- the machine ----------------------------------------------------------------------------------


def time_zones() -> Row:
    offset = tehran_in_july()
    if offset == "+03:30":
        text = _("The tables are current: Tehran has no summer time.")
        return _row("zones", _("Time zones"), State.GOOD, text)
    text = _("The tables are old: appointments in Tehran would be an hour off. Update the tzdata package.")
    return _row("zones", _("Time zones"), State.ATTENTION, text)


def disk() -> Row:
    usage = shutil.disk_usage(settings.DATA_DIR)
    is_short = usage.free < max(LITTLE_SPACE_BYTES, LITTLE_SPACE_SHARE * usage.total)
    said = {
        "free": _gigabytes(usage.free),
        "total": _gigabytes(usage.total),
        "folder": f"\u2066{settings.DATA_DIR}\u2069",  # a path reads from left to right in any language
    }
    if is_short:
        text = _("Only %(free)s of %(total)s GB are free in %(folder)s: make room before uploads fail.")
        return _row("disk", _("Disk space"), State.ATTENTION, text, said)
    text = _("%(free)s of %(total)s GB are free in %(folder)s.")
    return _row("disk", _("Disk space"), State.GOOD, text, said)


# --- calls ----------------------------------------------------------------------------------------


def calls(results: Sequence[RelayResult] | None) -> Row:
    """None: not tried yet. Calls are called ready only after data has really gone through the relay."""
    if not settings.TURN_URLS:
        text = _(
            "No relay is set up: on mobile networks and behind office firewalls calls will not connect. "
            "docker-compose.yml has one ready (coturn); the README says under “Calls” how to set TURN_URLS."
        )
        return _row("calls", _("Calls"), State.MISSING, text)
    if results is None:
        return _row("calls", _("Calls"), State.UNKNOWN, _("The relay has not been tried yet."))
    outcomes = [result.outcome for result in results]
    working = outcomes.count(RelayOutcome.WORKS)
    if working and set(outcomes) <= {RelayOutcome.WORKS, RelayOutcome.UNCHECKED}:
        text = _("Calls ready: the relay gave us addresses, and what we sent from one to another arrived.")
        return _row("calls", _("Calls"), State.GOOD, text)
    if working:
        text = _("Calls work, but only over %(working)s of the relay's %(all)s addresses. Mend the others.")
        said = {"working": _number(working), "all": _number(len(outcomes))}
        return _row("calls", _("Calls"), State.ATTENTION, text, said)
    if set(outcomes) == {RelayOutcome.UNCHECKED}:
        text = _("Whether calls work cannot be told from here. Use the check from this browser.")
        return _row("calls", _("Calls"), State.ATTENTION, text)
    text = _("Calls are not ready: nothing goes through the relay. On mobile networks they will not connect.")
    return _row("calls", _("Calls"), State.ATTENTION, text)


# --- words ----------------------------------------------------------------------------------------


def _row(
    key: str, name: Any, state: State, text: Any, said: dict[str, str] | None = None, url: str = ""
) -> Row:
    return Row(key, str(name), state, str(text) % (said or {}), url)


def _number(value: int | float | str) -> str:
    language = get_language() or "en"
    return localize_digits(value, language) if isinstance(value, str) else format_number(value, language)


def _milliseconds(began: float) -> int:
    return max(1, round((time.monotonic() - began) * 1000))


def _gigabytes(size: int) -> str:
    return _number(round(size / 1024**3, 1) if size < 10 * 1024**3 else round(size / 1024**3))
