"""Members brought along from elsewhere, a chunk of rows at a time, and taken away again."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import connection
from phonenumber_field.phonenumber import PhoneNumber

from loyalty.domain.batches.adjusting import Done
from loyalty.domain.batches.looking_up import World
from loyalty.domain.batches.problems import RowError
from loyalty.domain.batches.reading import Newcomer, read_newcomer
from loyalty.domain.members import readable_code
from loyalty.domain.programme import expiry_day, programme, store_day, store_zone
from loyalty.enums import RowProblem
from loyalty.models import Batch, BatchRow, Level, Member
from loyalty.queries.members import searchable

# What a row can write of a member; undone only while all of it is still as it was written.
FIELDS = ("name", "email", "birthday", "hand_level_id", "hand_level_until")
_RESULTS = """
UPDATE loyalty_batchrow SET status = found.status, problem = found.problem, member_id = found.member,
    entry_id = found.entry, before = found.before
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::jsonb[])
    AS found(id, status, problem, member, entry, before)
WHERE loyalty_batchrow.id = found.id
"""
_OPEN = """
INSERT INTO loyalty_ledgerentry
    (member_id, kind, reference, points, created_at, expires_on, place, by_id, note, batch_id)
SELECT member, 'imported', reference, points, %(now)s, %(expires_on)s::date, 'backoffice', %(by)s, %(note)s,
    %(batch)s
FROM unnest(%(members)s::bigint[], %(references)s::text[], %(points)s::bigint[])
    AS opening(member, reference, points)
RETURNING reference, id
"""
# Numbers that no member has, and no row further down, where a spreadsheet may have made 10000001.0 of it. A
# file without the column has no place for them, and its rows are not looked through.
_FREE = """
WITH fresh AS MATERIALIZED (
    SELECT nextval('loyalty_member_number')::text AS number FROM generate_series(1, %(asked)s)
)
SELECT number FROM fresh
WHERE NOT EXISTS (SELECT 1 FROM loyalty_member member WHERE member.number = fresh.number)
  AND number NOT IN (
    SELECT fresh.number FROM loyalty_batchrow below
    JOIN fresh ON fresh.number = split_part(btrim(cells ->> %(place)s::int, ' '''), '.', 1)
    WHERE batch_id = %(batch)s AND below.number > %(last)s AND status = 'ready'
  )
ORDER BY number::bigint
"""


class _ReadPhone(PhoneNumber):  # type: ignore[misc]  # the library is untyped
    """A phone that was found valid as its row was read; the library asks again whenever it is shown."""

    def is_valid(self) -> bool:
        return True


@dataclass
class _Result:
    row: BatchRow
    status: str
    problem: str = ""
    member: Member | None = None
    before: dict[str, Any] | None = None


@dataclass
class _Chunk:
    results: list[_Result] = field(default_factory=list)
    newcomers: list[tuple[_Result, Newcomer]] = field(default_factory=list)
    changed: list[Member] = field(default_factory=list)


def bring(batch: Batch, low: int, high: int, *, now: datetime) -> Done:
    """Makes the members of the ready rows from `low` to `high`, or fills in what is empty of known ones.

    No sign-up bonus: what they bring is what the file says.
    """
    rows = list(
        BatchRow.objects.filter(batch=batch, number__range=(low, high), status="ready").order_by("number")
    )
    today = store_day(now)
    people = [_read(row, batch, today) for row in rows]
    world = World.around([person for person in people if isinstance(person, Newcomer)], lock=True)
    chunk, fill = _Chunk(), batch.options.get("existing") == "fill"
    for row, person in zip(rows, people, strict=True):
        _decide(chunk, world, row, person, today, fill=fill)
    _make(chunk, batch, today)
    Member.objects.bulk_update(chunk.changed, [*FILLED_COLUMNS], batch_size=CHANGED_AT_ONCE)
    entries = _open(batch, chunk, now)
    _write(chunk.results, entries)
    statuses = [result.status for result in chunk.results]
    return Done(statuses.count("done"), statuses.count("error"), statuses.count("skipped"))


def _read(row: BatchRow, batch: Batch, today: date) -> Newcomer | RowProblem:
    try:
        return read_newcomer(row.cells, batch.columns, today=today)
    except RowError as error:  # it was read once already: only a day or a setting can have changed
        return error.problem


def _decide(
    chunk: _Chunk, world: World, row: BatchRow, person: Newcomer | RowProblem, today: date, *, fill: bool
) -> None:
    """Judged once more: the store went on since the check."""
    if isinstance(person, RowProblem):
        chunk.results.append(_Result(row, "error", person.value))
        return
    status, problem = world.judge(person, fill=fill)
    result = _Result(row, "done" if status == "ready" else status, problem, world.found(person))
    chunk.results.append(result)
    if status != "ready":
        return
    if result.member is not None and result.member.pk is None:  # of a row above
        result.status, result.problem, result.member = "error", RowProblem.REPEATED_MEMBER.value, None
        return
    if result.member is not None:
        result.before = _fill(world, person, result.member, today)
        chunk.changed.append(result.member)
        return
    phone = _ReadPhone.from_string(person.phone) if person.phone else None
    member = Member(phone=phone, number=person.number)
    level = world.level_of(person)
    member.name, member.email, member.birthday = person.name, person.email, person.birthday
    member.hand_level = member.level = level
    member.hand_level_until = person.level_until if level else None
    result.member = member
    chunk.newcomers.append((result, person))
    # The next row may mean the same one.
    world.phones |= {person.phone: member} if person.phone else {}
    world.numbers |= {person.number: member} if person.number else {}


def _fill(world: World, person: Newcomer, member: Member, today: date) -> dict[str, Any]:
    """Writes into the empty fields; what the row wrote, for undoing."""
    wrote: dict[str, Any] = {}
    for name in world.fillable(person, member):
        if name == "hand_level":
            wrote["level_id"] = member.level_id
            member.hand_level = world.level_of(person)
            member.hand_level_until = person.level_until
            member.level = member.hand_level if _stands(member, today) else member.level
            wrote |= {"hand_level_id": member.hand_level_id, "hand_level_until": plain(person.level_until)}
        else:
            setattr(member, name, getattr(person, name))
            wrote[name] = plain(getattr(person, name))
    member.search_text = searchable(member)
    return {"filled": wrote}


CHANGED_AT_ONCE = 200  # each row is compared with all others of its statement
FILLED_COLUMNS = ("name", "email", "birthday", "hand_level", "hand_level_until", "level", "search_text")


def _make(chunk: _Chunk, batch: Batch, today: date) -> None:
    """The new members, in one statement."""
    lowest = Level.objects.filter(threshold__lte=0).order_by("-threshold").first()
    numbers = iter(_free_numbers(chunk, batch))
    for result, person in chunk.newcomers:
        member = result.member
        assert member is not None
        member.number = person.number or next(numbers)
        member.level = member.level if _stands(member, today) else lowest
        member.balance = person.points
        member.invite_code, member.qr_token = readable_code(8), secrets.token_urlsafe(16)
        if person.joined_on is not None:
            member.joined_at = datetime.combine(person.joined_on, time(12), store_zone())
        member.search_text = searchable(member)
        wrote = {name: plain(getattr(member, name)) for name in FIELDS}
        result.before = {"made": {**wrote, "phone": person.phone}}
    _insert([result.member for result, _person in chunk.newcomers if result.member])


def _insert(members: Sequence[Member]) -> None:
    """By COPY, which is many times quicker than INSERT; then the keys that they got."""
    fields = [field for field in Member._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(str(field.column) for field in fields)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY loyalty_member ({columns}) FROM STDIN") as copy:
            for member in members:
                copy.write_row([_stored(member, field.attname) for field in fields])
        cursor.execute(
            "SELECT number, id FROM loyalty_member WHERE number = ANY(%s)", [[m.number for m in members]]
        )
        keys = dict(cursor.fetchall())
    for member in members:
        member.pk = keys[member.number]


def _stored(member: Member, name: str) -> Any:
    value = getattr(member, name)
    return str(value) if name == "phone" and value else value


def _stands(member: Member, today: date) -> bool:
    until = member.hand_level_until
    return member.hand_level_id is not None and (until is None or until >= today)


def _free_numbers(chunk: _Chunk, batch: Batch) -> list[str]:
    """From the sequence, past those that a file brought along and those that this one brings: for each of the
    newcomers without one, or more."""
    own = {person.number for _result, person in chunk.newcomers}
    count = sum(1 for _result, person in chunk.newcomers if not person.number)
    values: dict[str, Any] = {
        "batch": batch.pk,
        "last": max((result.row.number for result in chunk.results), default=0),
        "place": batch.columns.get("number"),
        "asked": count,
    }
    free: list[str] = []
    with connection.cursor() as cursor:
        while len(free) < count:
            cursor.execute(_FREE, values)
            free += [number for (number,) in cursor.fetchall() if number not in own]
            values["asked"] *= 2  # a file may bring a hundred thousand in a row
    return free


def _open(batch: Batch, chunk: _Chunk, now: datetime) -> dict[int, int]:
    """The opening balances; row's key → entry's key. Balances were written with the members."""
    expires_on = expiry_day(store_day(now), programme().expiry_months)
    paid = [(result, person) for result, person in chunk.newcomers if person.points]
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            {
                "members": [result.member.pk for result, _person in paid if result.member],
                "references": [result.row.reference for result, _person in paid],
                "points": [person.points for _result, person in paid],
                "now": now,
                "expires_on": expires_on,
                "by": batch.by_id,
                "note": batch.note,
                "batch": batch.pk,
            },
        )
        entries = dict(cursor.fetchall())
    return {result.row.pk: entries[result.row.reference] for result, _person in paid}


def _write(results: Sequence[_Result], entries: dict[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _RESULTS,
            [
                [result.row.pk for result in results],
                [result.status for result in results],
                [result.problem for result in results],
                [result.member.pk if result.member else None for result in results],
                [entries.get(result.row.pk) for result in results],
                [json.dumps(result.before) if result.before else None for result in results],
            ],
        )


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
