"""What the store knows of the members and references that a chunk of rows names: a query for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from loyalty.domain.batches.reading import Newcomer
from loyalty.enums import RowProblem
from loyalty.models import Level, Member, MemberQuerySet

_MERGED = """
SELECT phone, merged_into_id FROM loyalty_member WHERE phone = ANY(%s) AND merged_into_id IS NOT NULL
"""


def by_phone(phones: Sequence[str]) -> dict[str, int]:
    """Phone → the member's key. The phone of a member who was merged leads to the other one."""
    found = _keys("SELECT phone, id FROM loyalty_member WHERE phone = ANY(%s)", phones)
    if unknown := set(phones) - found.keys():
        with connection.cursor() as cursor:
            cursor.execute(_MERGED, [list(unknown)])
            found.update(cursor.fetchall())
    return found


def by_number(numbers: Sequence[str]) -> dict[str, int]:
    """Member ID → the member's key. The number of a member who was merged leads to the other one."""
    found = _keys("SELECT number, id FROM loyalty_member WHERE number = ANY(%s)", numbers)
    if len(found) < len(numbers):
        merged = Member.objects.filter(number__in=set(numbers) - found.keys(), merged_into__isnull=False)
        found |= {number: into for number, into in merged.values_list("number", "merged_into") if into}
    return found


def _keys(sql: str, names: Sequence[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} AND merged_into_id IS NULL AND erased_at IS NULL", [list(names)])
        return dict(cursor.fetchall())


def _any_of(phones: Sequence[str], numbers: Sequence[str]) -> list[int]:
    """Keys of the members, current or not, with one of these phones or numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM loyalty_member WHERE phone = ANY(%s)"
            " UNION SELECT id FROM loyalty_member WHERE number = ANY(%s)",
            [list(phones), list(numbers)],
        )
        return [key for (key,) in cursor.fetchall()]


def known_references(references: Sequence[str]) -> dict[str, RowProblem]:
    """Of these references the ones that the ledger has: done, or done and undone."""
    if not references:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reference, id FROM loyalty_ledgerentry WHERE kind = 'adjustment' AND reference = ANY(%s)",
            [list(references)],
        )
        entries = dict(cursor.fetchall())
        undone = set()
        if entries:
            cursor.execute(
                "SELECT reverses_id FROM loyalty_ledgerentry WHERE kind = 'undo' AND reverses_id = ANY(%s)",
                [list(entries.values())],
            )
            undone = {entry for (entry,) in cursor.fetchall()}
    return {
        reference: RowProblem.WAS_UNDONE if entry in undone else RowProblem.ALREADY_DONE
        for reference, entry in entries.items()
    }


# What an import fills in where it is empty: our field → the member's.
FILLED = ("name", "email", "birthday")


@dataclass
class World:
    """The members whom a chunk of newcomers could be, and the levels."""

    phones: dict[str, Member]
    numbers: dict[str, Member]
    levels: dict[str, Level]

    @classmethod
    def around(cls, newcomers: Iterable[Newcomer], *, lock: bool = False) -> "World":
        """With `lock`, the members stay as they are until the transaction ends; locked by primary key."""
        people = list(newcomers)
        phones = [person.phone for person in people if person.phone]
        numbers = [person.number for person in people if person.number]
        members: MemberQuerySet = Member.objects.filter(pk__in=_any_of(phones, numbers))
        found = list(members.order_by("pk").select_for_update() if lock else members)
        return cls(
            {str(member.phone): member for member in found if member.phone},
            {member.number: member for member in found},
            {level.name.strip().casefold(): level for level in Level.objects.all()},
        )

    def found(self, person: Newcomer) -> Member | None:
        """Whom the row means, if the store has them: by phone, or by Member ID where there is no phone."""
        return self.phones.get(person.phone) if person.phone else self.numbers.get(person.number)

    def member_of(self, person: Newcomer) -> int | None:
        member = self.found(person)
        return member.pk if member else None

    def level_of(self, person: Newcomer) -> Level | None:
        return self.levels.get(person.level.casefold()) if person.level else None

    def judge(self, person: Newcomer, *, fill: bool) -> tuple[str, str]:
        """The row's status and problem."""
        if person.level and self.level_of(person) is None:
            return "error", RowProblem.BAD_LEVEL.value
        member, holder = self.found(person), self.numbers.get(person.number)
        if person.number and holder is not None and holder is not member:
            return "error", RowProblem.NUMBER_TAKEN.value
        if member is None:
            return "ready", ""
        if member.merged_into_id is not None or member.erased_at is not None:
            return "error", RowProblem.MEMBER_GONE.value
        if not fill:
            return "skipped", RowProblem.MEMBER_EXISTS.value
        if not self.fillable(person, member):
            return "skipped", RowProblem.NOTHING_TO_FILL.value
        return "ready", RowProblem.POINTS_LEFT_OUT.value if person.points else ""

    def fillable(self, person: Newcomer, member: Member) -> list[str]:
        """The member's fields that are empty and that the row has."""
        fields = [name for name in FILLED if getattr(person, name) and not getattr(member, name)]
        if person.level and member.hand_level_id is None:
            fields.append("hand_level")
        return fields
