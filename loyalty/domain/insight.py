"""User Insight: every member in one group, by the programme's rule."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from loyalty.domain.programme import programme, store_day, store_midnight
from loyalty.enums import CustomerGroup
from loyalty.models import Member, PreparedFigures, Programme
from marketplace.common.calendars import add_months

MONTHS = 12

# What went back wholly was not bought.
_GROUPED = """
WITH bought AS (
    SELECT member_id, count(*) FILTER (WHERE at >= %(regular_since)s) AS purchases, max(at) AS last
    FROM loyalty_purchase WHERE at >= %(seen_since)s AND at < %(until)s AND refunded < amount
    GROUP BY member_id
), redeemed AS (
    SELECT DISTINCT member_id FROM loyalty_redemption
    WHERE created_at >= %(inactive_since)s AND created_at < %(until)s AND status <> 'cancelled'
), grouped AS (
    SELECT member.id, CASE
        WHEN joined_at >= %(new_since)s THEN 'new'
        WHEN purchases >= %(regular_purchases)s THEN 'regular'
        WHEN last >= %(inactive_since)s OR redeemed.member_id IS NOT NULL OR joined_at >= %(inactive_since)s
            THEN 'occasional'
        ELSE 'inactive' END AS customers
    FROM loyalty_member member
    LEFT JOIN bought ON bought.member_id = member.id
    LEFT JOIN redeemed ON redeemed.member_id = member.id
    WHERE merged_into_id IS NULL AND erased_at IS NULL AND joined_at < %(until)s
)
"""

_COUNT = f"{_GROUPED} SELECT customers, count(*) FROM grouped GROUP BY customers"  # noqa: S608  (ours)
_LIST = f"{_GROUPED} SELECT id FROM grouped WHERE customers = %(group)s"  # noqa: S608  (ours)


def rule_of(settings: Programme) -> list[int]:
    return [
        settings.new_days,
        settings.regular_purchases,
        settings.regular_days,
        settings.inactive_days,
    ]


def count_groups(prepared: PreparedFigures, *, now: datetime) -> None:
    """Sets the groups as of `now`. Months that were counted by another rule are let go."""
    rule = rule_of(programme())
    if prepared.rule != rule:
        prepared.rule, prepared.months = rule, {}
    prepared.groups = _count(rule, store_day(now), now)


def count_months(prepared: PreparedFigures) -> None:
    """Completes the groups as they were at the end of each of the last months, and saves them."""
    kept = {}
    for end in _month_ends(store_day(prepared.as_of)):
        key = end.isoformat()
        found = prepared.months.get(key)
        kept[key] = found or _count(prepared.rule, end, store_midnight(end + timedelta(days=1)))
    PreparedFigures.objects.filter(pk=1, rule=prepared.rule).update(months=kept)
    prepared.months = kept


def members_of_group(group: CustomerGroup, *, as_of: datetime) -> QuerySet[Member]:
    """Who is in it by the rule of now, as of that moment."""
    values = _values(rule_of(programme()), store_day(as_of), as_of) | {"group": group.value}
    # The ORM numbers its parameters: names become places.
    with_places, ordered = _positional(_LIST, values)
    return Member.objects.filter(pk__in=RawSQL(with_places, ordered)).order_by("pk")  # noqa: S611  (ours)


def _count(rule: list[int], day: date, until: datetime) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, _values(rule, day, until))
        found: dict[str, int] = dict(cursor.fetchall())
    return {group: found.get(group, 0) for group in CustomerGroup.values}


def _values(rule: list[int], day: date, until: datetime) -> dict[str, Any]:
    """The last n days are `day` and those before it."""
    new_days, purchases, regular_days, inactive_days = rule
    new, regular, inactive = (
        store_midnight(day - timedelta(days=max(days, 1) - 1))
        for days in (new_days, regular_days, inactive_days)
    )
    return {
        "new_since": new,
        "regular_since": regular,
        "regular_purchases": purchases,
        "inactive_since": inactive,
        "seen_since": min(regular, inactive),
        "until": until,
    }


def _month_ends(today: date) -> list[date]:
    """The last days of the months before this one, oldest first."""
    first = today.replace(day=1)
    return [add_months(first, -back) - timedelta(days=1) for back in reversed(range(MONTHS))]


def _positional(sql: str, values: dict[str, Any]) -> tuple[str, list[Any]]:
    parts = sql.split("%(")
    text, ordered = parts[0], []
    for part in parts[1:]:
        name, rest = part.split(")s", 1)
        ordered.append(values[name])
        text += "%s" + rest
    return text, ordered
