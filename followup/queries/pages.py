"""The order of the desk's lists, their pages and their counts, all from one description of the groups.

Due first (oldest date first), then not followed up (newest first), then following (soonest first, those
without a date last), then ended (newest first). Each group is a stretch of the index (provider, desk_state,
due_at, id), read from either end, and a page goes on after the last lead of each kind: a page costs the same
with a million leads.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import CharField, F, IntegerField, Q, QuerySet, Value

from accounts.models import Provider, User
from followup.enums import LeadKind
from followup.queries.leads import ALL_KINDS, Day, Leads, Wanted, day_of, leads_of
from marketplace.common.counting import COUNT_LIMIT, counted
from orders.enums import DeskState, Symbol

PAGE_SIZE = 25
OVERDUE = "overdue"  # of the due ones, those whose day is over

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Group(NamedTuple):
    symbol: Symbol
    condition: Callable[[Day], Q]
    newest_first: bool


# Without a date `due_at` is NULL throughout the group, and saying so lets the index go on by the id.
GROUPS = (
    Group(Symbol.DUE, lambda day: Q(desk_state=DeskState.OPEN, due_at__lt=day.end), False),
    Group(Symbol.NOT_FOLLOWED, lambda day: Q(desk_state=DeskState.NONE, due_at=None), True),
    Group(Symbol.FOLLOWING, lambda day: Q(desk_state=DeskState.OPEN, due_at__gte=day.end), False),
    Group(Symbol.FOLLOWING, lambda day: Q(desk_state=DeskState.OPEN, due_at=None), True),
    Group(Symbol.ENDED, lambda day: Q(desk_state=DeskState.ENDED, due_at=None), True),
)


class Key(NamedTuple):
    """Where a lead stands; in this order the list is sorted."""

    group: int
    kind: str
    pk: int
    due_at: datetime | None
    created_at: datetime

    @property
    def own_rank(self) -> tuple[float, int]:
        """Among those of the same group and kind."""
        if GROUPS[self.group].newest_first:
            return 0.0, -self.pk
        assert self.due_at is not None
        return self.due_at.timestamp(), self.pk

    @property
    def rank(self) -> tuple[float, str, int]:
        if GROUPS[self.group].newest_first:
            return -self.created_at.timestamp(), self.kind, -self.pk
        assert self.due_at is not None
        return self.due_at.timestamp(), self.kind, self.pk


@dataclass(frozen=True, slots=True)
class Place:
    """After which lead of each kind a page begins. `str` and `read` are its form in an address."""

    group: int = 0
    after: dict[str, tuple[datetime | None, int]] = field(default_factory=dict)

    def __str__(self) -> str:
        marks = [
            f"{kind}.{(due - _EPOCH) // timedelta(microseconds=1) if due else ''}.{pk}"
            for kind, (due, pk) in sorted(self.after.items())
        ]
        return "~".join([str(self.group), *marks])

    @classmethod
    def read(cls, text: str) -> "Place":
        """The start of the list for what is no place."""
        group, *marks = text[:300].split("~")
        try:
            after = {}
            for mark in marks:
                kind, due, pk = mark.split(".")
                moment = _EPOCH + timedelta(microseconds=int(due)) if due else None
                if bool(due) == GROUPS[int(group)].newest_first or not 0 <= int(pk) < 2**63:
                    raise ValueError(mark)
                after[LeadKind(kind).value] = moment, int(pk)
            if not 0 <= int(group or 0) < len(GROUPS):
                raise ValueError(group)
            return cls(int(group or 0), after)
        except (ValueError, OverflowError, IndexError):
            return cls()


def page_of(
    provider: Provider,
    *,
    seen_by: User,
    kinds: Sequence[LeadKind] = ALL_KINDS,
    state: str = "",
    wanted: Wanted | None = None,
    after: Place | None = None,
    limit: int = PAGE_SIZE,
    day: Day | None = None,
    leads: Leads | None = None,
) -> tuple[list[Key], Place | None]:
    """The keys of a page in the list's order, and the place of the next page, None on the last.

    `leads` are what leads_of gave for the same arguments, when the caller has them already.
    """
    after, day = after or Place(), day or day_of(provider)
    leads = leads_of(kinds, provider, seen_by, wanted or Wanted()) if leads is None else leads
    arms = [
        _from_place(part, group, kind, after)[: limit + 1]
        for group, kind, part in _arms(leads, state, day)
        if group >= after.group
    ]
    if not arms:
        return [], None
    found = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    keys = _merged(Key(*row) for row in found)[: limit + 1]
    shown = keys[:limit]
    return shown, _place_after(shown, after) if len(keys) > limit else None


def counts(
    provider: Provider,
    *,
    seen_by: User,
    kinds: Sequence[LeadKind] = ALL_KINDS,
    wanted: Wanted | None = None,
    day: Day | None = None,
    state: str = "",
    leads: Leads | None = None,
) -> dict[str, int]:
    """Symbol → number of leads in the list narrowed to it, at most COUNT_LIMIT; `leads` as in page_of."""
    leads = leads_of(kinds, provider, seen_by, wanted or Wanted()) if leads is None else leads
    arms = _arms(leads, state, day or day_of(provider))
    # In the list's order, so that it is read along the same index and stops at the limit.
    found = counted(
        ((GROUPS[number].symbol.value, _in_order(part, number)) for number, _kind, part in arms),
        COUNT_LIMIT,
    )
    return {symbol.value: found.get(symbol.value, 0) for symbol in Symbol}


def due_count(provider: Provider, *, seen_by: User) -> int:
    """What the dashboard says is due today, or overdue."""
    return counts(provider, seen_by=seen_by, state=Symbol.DUE)[Symbol.DUE]


def _arms(leads: Leads, state: str, day: Day) -> Iterable[tuple[int, LeadKind, QuerySet[Any]]]:
    """Each group of each kind: what both the list and its counts are made of."""
    for number, group in enumerate(GROUPS):
        if state and group.symbol != (Symbol.DUE if state == OVERDUE else state):
            continue
        condition = group.condition(day)
        if state == OVERDUE:
            condition &= Q(due_at__lt=day.start)
        for kind, parts in leads.items():
            for part in parts:
                yield number, kind, part.filter(condition)


def _from_place(leads: QuerySet[Any], number: int, kind: LeadKind, after: Place) -> QuerySet[Any]:
    """The group's leads of one kind after the place, in order, as the fields of `Key`."""
    group, mark = GROUPS[number], after.after.get(kind.value)
    if mark is not None and number == after.group:
        due, pk = mark
        if group.newest_first:
            leads = leads.filter(pk__lt=pk)
        else:
            leads = leads.filter(Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk), due_at__gte=due)
    return _in_order(leads, number).values_list(
        Value(number, IntegerField()), Value(kind.value, CharField()), "pk", "due_at", "created_at"
    )


def _in_order(leads: QuerySet[Any], number: int) -> QuerySet[Any]:
    if GROUPS[number].newest_first:
        return leads.order_by(F("due_at").desc(nulls_first=True), "-pk")
    return leads.order_by(F("due_at").asc(nulls_last=True), "pk")


def _merged(keys: Iterable[Key]) -> list[Key]:
    """Each kind keeps its own order, which the place of the next page relies on."""
    merged: list[Key] = []
    by_kind = sorted(keys, key=lambda key: (key.group, key.kind, *key.own_rank))
    for _group, of_group in groupby(by_kind, key=lambda key: key.group):
        arms = [list(arm) for _kind, arm in groupby(of_group, key=lambda key: key.kind)]
        merged.extend(heapq.merge(*arms, key=lambda key: key.rank))
    return merged


def _place_after(shown: list[Key], before: Place) -> Place:
    group = shown[-1].group
    after = dict(before.after) if group == before.group else {}
    for key in shown:
        if key.group == group:
            after[key.kind] = key.due_at if not GROUPS[group].newest_first else None, key.pk
    return Place(group, after)
