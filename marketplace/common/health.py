"""How the machinery is doing, in numbers: one reading for /healthz, the operator's first page and the
system check."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection

WORKER_LATE_SECONDS = 60.0
OUTBOX_LATE_SECONDS = 300.0
POINTS_LATE_SECONDS = 36 * 3600.0  # they are checked every night
MANY_FAILED = 1000  # beyond that nobody needs the exact number, and counting stops

_SIGNS = f"""
SELECT (SELECT extract(epoch FROM now() - at) FROM common_heartbeat WHERE name = 'worker'),
       (SELECT extract(epoch FROM now() - min(due_at)) FROM notify_notification
        WHERE status IN ('pending', 'sending') AND due_at < now()),
       (SELECT count(*) FROM
        (SELECT 1 FROM notify_notification WHERE status = 'failed' LIMIT {MANY_FAILED}) given_up),
       points.wrong, points.seconds
FROM (SELECT 1) always LEFT JOIN
     (SELECT jsonb_array_length(wrong) AS wrong, extract(epoch FROM now() - at) AS seconds
      FROM loyalty_balancecheck ORDER BY id DESC LIMIT 1) points ON true
"""  # noqa: S608  (a number of ours)


@dataclass(frozen=True)
class Signs:
    """`worker_seconds`: since the last heartbeat, None before the first. `outbox_lag_seconds`: how long the
    oldest message that is due has waited, None when none is. `failed`: messages given up, at most
    MANY_FAILED. `points_wrong`: members whose balance is not the sum of their entries, by the newest check,
    `points_seconds` ago; None before the first."""

    worker_seconds: float | None
    outbox_lag_seconds: float | None
    failed: int
    points_wrong: int | None = None
    points_seconds: float | None = None

    @property
    def worker_is_late(self) -> bool:
        return self.worker_seconds is None or self.worker_seconds >= WORKER_LATE_SECONDS

    @property
    def outbox_is_late(self) -> bool:
        return (self.outbox_lag_seconds or 0) >= OUTBOX_LATE_SECONDS

    @property
    def points(self) -> str:
        """ok, wrong, or unchecked: never, or too long ago to count."""
        if self.points_wrong:
            return "wrong"
        is_fresh = self.points_seconds is not None and self.points_seconds < POINTS_LATE_SECONDS
        return "ok" if is_fresh else "unchecked"


def read_signs() -> Signs:
    """One query. Raises the database's error while it is away."""
    with connection.cursor() as cursor:
        cursor.execute(_SIGNS)
        worker, lag, failed, wrong, checked = cursor.fetchone()
    return Signs(
        worker_seconds=None if worker is None else float(worker),
        outbox_lag_seconds=None if lag is None else float(lag),
        failed=failed,
        points_wrong=wrong,
        points_seconds=None if checked is None else float(checked),
    )


def redis_answers() -> bool:
    """Whether Redis keeps a value and gives it back."""
    cache.set("healthz", 1, 60)
    return cache.get("healthz") is not None
