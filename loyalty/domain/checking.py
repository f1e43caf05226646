"""The nightly check: every balance is worked out again from the ledger."""

from django.db import connection
from django.utils import timezone

from loyalty.models import BalanceCheck

_CHECK = """
WITH sums AS (
    SELECT member_id, sum(points) AS points, sum(shortfall) AS owed
    FROM loyalty_ledgerentry GROUP BY member_id
)
SELECT member.id, member.balance, coalesce(sums.points, 0), member.owed, coalesce(sums.owed, 0)
FROM loyalty_member member LEFT JOIN sums ON sums.member_id = member.id
WHERE member.balance <> coalesce(sums.points, 0) OR member.owed <> coalesce(sums.owed, 0)
ORDER BY member.id LIMIT 100
"""


def check_balances() -> BalanceCheck:
    """Recomputes every balance in one statement, so that nothing moves meanwhile, and keeps what it found."""
    with connection.cursor() as cursor:
        cursor.execute(_CHECK)
        wrong = [[int(number) for number in row] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM loyalty_member")
        members = cursor.fetchone()[0]
    return BalanceCheck.objects.create(at=timezone.now(), members=members, wrong=wrong)


def last_check() -> BalanceCheck | None:
    return BalanceCheck.objects.order_by("pk").last()
