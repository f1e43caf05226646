"""The devices on which a person wants to be told at once (web push)."""

import hashlib
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from marketplace.notify.models import PushSubscription

MAX_DEVICES = 10  # of one person; a notice goes to each in turn


def is_available() -> bool:
    """Whether the operator has set the keys without which no push service takes anything from us."""
    return bool(settings.VAPID_PUBLIC_KEY and settings.VAPID_PRIVATE_KEY)


def devices_of(user: Any) -> QuerySet[PushSubscription]:
    return PushSubscription.objects.filter(user=user).order_by("-created_at", "-pk")


def marks_of(user: Any) -> list[str]:
    """By which a browser recognises itself among a person's devices: SHA-256 of their endpoints, in hex."""
    endpoints = devices_of(user).values_list("endpoint", flat=True)
    return [hashlib.sha256(endpoint.encode()).hexdigest() for endpoint in endpoints]


def subscribe(user: Any, *, endpoint: str, p256dh: str, auth: str, user_agent: str = "") -> None:
    """Turns notices on for one device. One that was somebody else's is `user`'s alone from now on; of more
    than MAX_DEVICES the oldest go."""
    device = PushSubscription(
        user=user,
        endpoint=endpoint,
        p256dh=p256dh,
        auth=auth,
        user_agent=user_agent.replace("\x00", "")[:300],
        created_at=timezone.now(),
    )
    with transaction.atomic():
        # One statement: two people in two tabs of one browser cannot both keep it.
        PushSubscription.objects.bulk_create(
            [device],
            update_conflicts=True,
            unique_fields=["endpoint"],
            update_fields=["user", "p256dh", "auth", "user_agent", "created_at"],
        )
        kept = devices_of(user).values_list("pk", flat=True)[:MAX_DEVICES]
        devices_of(user).exclude(pk__in=list(kept)).delete()


def unsubscribe(user: Any, endpoint: str) -> None:
    """Turns them off for one device; nothing happens to a device of somebody else."""
    devices_of(user).filter(endpoint=endpoint).delete()
