"""Members brought along: made once, found by phone, left or filled as chosen, and taken away again."""

from collections.abc import Callable
from datetime import date
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from loyalty.domain import member_of
from loyalty.domain.checking import check_balances
from loyalty.enums import BatchKind
from loyalty.models import Batch, LedgerEntry, Level, Member
from loyalty.queries.members import find_members
from tests.loyalty.batches.conftest import counts_of, rows_of, run, undo

M = BatchKind.MEMBERS
HEAD = "Phone,Name,Email,Birthday,Member ID,Points,Level,Joined\n"


def test_members_are_made_with_all_that_the_file_says(
    done: Callable[..., Batch], levels: list[Level], clerk: User
) -> None:
    batch = done(
        HEAD + "0812345678,สมศรี ใจดี,Som@People.example,31/05/2533,A-77,250,Gold,15/01/2567\n"
        "0811111111,,,,,,,\n",
        M,
    )

    first, second = Member.objects.order_by("pk")
    assert counts_of(batch) == (2, 0, 2, 0, 0, 0)
    assert (first.number, str(first.phone), first.name, first.email) == (
        "A-77", "+66812345678", "สมศรี ใจดี", "som@people.example",
    )  # fmt: skip
    assert (first.birthday, timezone.localdate(first.joined_at)) == (date(1990, 5, 31), date(2024, 1, 15))
    assert (first.balance, first.level, first.hand_level) == (250, levels[1], levels[1])
    assert (second.balance, second.level, second.hand_level) == (0, levels[0], None)
    assert second.number.isdigit()
    assert len({first.qr_token, second.qr_token, first.invite_code, second.invite_code}) == 4
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.points, entry.reference, entry.by) == (
        "imported",
        250,
        f"batch:{batch.pk}:2",
        clerk,
    )
    assert list(find_members("สมศรี 0812345678")) == [first]
    assert check_balances().wrong == []


def test_a_check_changes_nothing_and_says_what_is_wrong(
    checked: Callable[..., Batch], levels: list[Level]
) -> None:
    batch = checked(
        HEAD
        + "0812345678,a,,,,,,\n0812345678,b,,,,,,\n0811111111,c,no-mail,,,,,\n0811111112,d,,31/31/2020,,,,\n"
        "0811111113,e,,,,-5,,\n0811111114,f,,,,,Diamond,\n0811111115,g,,,,,,2999-01-01\n",
        M,
    )

    assert rows_of(batch) == [
        (2, "ready", ""),
        (3, "error", "repeated_member"),
        (4, "error", "bad_email"),
        (5, "error", "bad_birthday"),
        (6, "error", "negative_points"),
        (7, "error", "bad_level"),
        (8, "error", "bad_joined"),
    ]
    assert Member.objects.count() == 0


def test_known_members_are_left_as_they_are_unless_empty_fields_are_to_be_filled(
    done: Callable[..., Batch], checked: Callable[..., Batch], member: Member
) -> None:
    content = HEAD + "0812345678,Another Name,new@people.example,1990-05-31,,99,,\n"
    before = Member.objects.values().get()

    skipped = checked(content, M)
    assert rows_of(skipped) == [(2, "skipped", "member_exists")]
    assert Member.objects.values().get() == before

    filled = done(content, M, {"existing": "fill"}, again=True)
    member.refresh_from_db()
    assert rows_of(filled) == [(2, "done", "points_left_out")]
    assert (member.name, member.email, member.birthday) == (
        "Somsri Jaidee", "somsri@people.example", date(1990, 5, 31),
    )  # fmt: skip
    assert member.balance == 0
    assert rows_of(checked(content, M, {"existing": "fill"}, again=True)) == [
        (2, "skipped", "nothing_to_fill")
    ]


def test_points_that_are_not_brought_along_are_not_counted(
    checked: Callable[..., Batch], member: Member, clerk: User
) -> None:
    content = HEAD + "0812345678,x,,1990-05-31,,99,,\n0811111111,New,,,,60,,\n"

    batch = checked(content, M, {"existing": "fill"})
    assert (rows_of(batch)[0], batch.points_added) == ((2, "ready", "points_left_out"), 60)

    batch = run(batch, clerk)
    assert (rows_of(batch)[0], batch.points_added) == ((2, "done", "points_left_out"), 60)
    assert list(LedgerEntry.objects.values_list("kind", "points")) == [("imported", 60)]

    Member.objects.filter(pk=member.pk).update(birthday=date(1990, 6, 1))
    batch = undo(batch, clerk)
    assert (rows_of(batch), batch.points_added) == ([(2, "done", "member_changed"), (3, "undone", "")], 60)


def test_a_number_of_another_member_is_refused(done: Callable[..., Batch], member: Member) -> None:
    batch = done(f"Phone,Member ID\n0811111111,{member.number}\n0811111112,B-1\n0811111113,B-1\n", M)

    assert rows_of(batch) == [(2, "error", "number_taken"), (3, "done", ""), (4, "error", "number_taken")]


def test_numbers_of_the_sequence_go_past_those_that_came_along(
    done: Callable[..., Batch], make_member: Callable[..., Member]
) -> None:
    following = int(make_member().number) + 1
    done(f"Phone,Member ID\n0811111111,{following}\n", M)

    done("Phone,Name\n0811111112,x\n", M)

    assert Member.objects.get(name="x").number == str(following + 1)


@pytest.mark.parametrize("at_once", [2000, 1])
def test_numbers_of_the_sequence_go_past_those_of_other_rows_too(
    at_once: int,
    checked: Callable[..., Batch],
    make_member: Callable[..., Member],
    clerk: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loyalty.domain.batches.running.ROWS_AT_ONCE", {M: at_once})
    following = int(make_member().number) + 1
    batch = checked(
        f"Phone,Member ID,Name\n0811111111,,a\n0811111112,{following},b\n"
        f"0811111113,{following + 1}.0,c\n0811111114,,d\n",
        M,
    )

    batch = run(batch, clerk)

    assert (batch.status, counts_of(batch)) == ("done", (4, 0, 4, 0, 0, 0))
    assert list(Member.objects.exclude(name="").order_by("name").values_list("name", "number")) == [
        ("a", str(following + 2)),
        ("b", str(following)),
        ("c", str(following + 1)),
        ("d", str(following + 3)),
    ]


def test_the_number_of_somebody_who_joins_goes_past_them_too(
    done: Callable[..., Batch], make_member: Callable[..., Member]
) -> None:
    following = int(make_member().number) + 1
    done(f"Phone,Member ID\n0811111111,{following}\n", M)

    assert make_member().number == str(following + 1)


def test_whom_somebody_joined_after_the_check_is_not_made_twice(
    checked: Callable[..., Batch], make_member: Callable[..., Member], clerk: User
) -> None:
    batch = checked("Phone,Points\n0811111111,50\n0811111112,60\n", M)
    make_member(phone="+66811111111")

    batch = run(batch, clerk)

    assert rows_of(batch) == [(2, "skipped", "member_exists"), (3, "done", "")]
    assert (counts_of(batch), batch.points_added) == ((2, 0, 1, 1, 0, 0), 60)


def test_an_email_that_is_too_long_is_refused_and_the_longest_is_kept(done: Callable[..., Batch]) -> None:
    domain = "@" + ".".join(["b" * 60] * 4)
    longest = "a" * (254 - len(domain)) + domain

    batch = done(f"Phone,Email\n0811111111,{longest}\n0811111112,a{longest}\n", M)

    assert rows_of(batch) == [(2, "done", ""), (3, "error", "bad_email")]
    assert list(Member.objects.values_list("email", flat=True)) == [longest]


def test_what_cannot_be_read_any_more_when_it_is_run_says_what_is_wrong_with_it(
    checked: Callable[..., Batch], clerk: User
) -> None:
    batch = checked("Phone,Email\n0811111111,a@people.example\n0811111112,\n", M)
    # An earlier version found it good.
    batch.rows.filter(number=2).update(cells=["0811111111", "a" * 255 + "@people.example"])

    batch = run(batch, clerk)

    assert rows_of(batch) == [(2, "error", "bad_email"), (3, "done", "")]
    assert (counts_of(batch), Member.objects.count()) == ((2, 0, 1, 0, 1, 0), 1)


def test_undo_removes_what_was_made_and_restores_what_was_filled(
    done: Callable[..., Batch], member: Member, levels: list[Level], clerk: User
) -> None:
    Member.objects.update(level=levels[0])  # who is a member has one
    before = list(Member.objects.values())
    batch = done(
        HEAD + "0812345678,x,x@people.example,1990-05-31,,,Gold,\n"
        "0811111111,New,,,,,,\n0811111112,Old,,,,70,Gold,\n",
        M,
        {"existing": "fill"},
    )
    assert Member.objects.current().count() == 3

    batch = undo(batch, clerk)

    assert (batch.status, counts_of(batch)) == ("undone", (3, 0, 0, 0, 0, 3))
    assert list(Member.objects.current().values()) == before
    emptied = Member.objects.exclude(
        pk=member.pk
    ).get()  # its opening balance stays in the books, and its reversal
    assert (emptied.name, emptied.phone, emptied.balance, bool(emptied.erased_at)) == ("", None, 0, True)
    assert list(LedgerEntry.objects.order_by("pk").values_list("kind", "points")) == [
        ("imported", 70),
        ("undo", -70),
    ]
    assert check_balances().wrong == []
    assert rows_of(done("Phone,Name\n0811111112,Old\n", M)) == [(2, "done", "")]  # the phone is free again


def test_a_file_that_was_undone_can_be_mended_and_brought_again_with_its_numbers(
    done: Callable[..., Batch], clerk: User
) -> None:
    undo(done("Member ID,Phone,Points\nA-77,0811111111,70\nA-78,0811111112,\n", M), clerk)

    again = done("Member ID,Phone,Points\nA-77,0811111111,7\nA-78,0811111112,8\n", M)

    assert rows_of(again) == [(2, "done", ""), (3, "done", "")]
    assert list(Member.objects.current().order_by("pk").values_list("number", "balance")) == [
        ("A-77", 7),
        ("A-78", 8),
    ]
    assert check_balances().wrong == []


def test_numbers_that_an_earlier_version_kept_are_free_after_the_migration(
    done: Callable[..., Batch], clerk: User
) -> None:
    free = import_module("loyalty.migrations.0005_batches_stopped_and_their_deeds").FREE
    undo(done("Member ID,Phone,Points\nA-77,0811111111,70\n", M), clerk)
    done("Member ID,Phone,Points\nA-78,0811111112,80\n", M)
    Member.objects.filter(erased_at__isnull=False).update(number="A-77")

    with connection.cursor() as cursor:
        cursor.execute(free)

    emptied, kept = Member.objects.order_by("pk")
    assert (emptied.number, kept.number) == (f"× {emptied.pk}", "A-78")


def test_the_level_after_an_undo_is_what_was_bought_meanwhile(
    done: Callable[..., Batch], member: Member, levels: list[Level], clerk: User, buy: Callable[..., object]
) -> None:
    batch = done(HEAD + "0812345678,,,,,,Platinum,\n", M, {"existing": "fill"})
    buy(1200)
    member.refresh_from_db()
    assert member.level == levels[2]

    undo(batch, clerk)

    member.refresh_from_db()
    assert (member.hand_level, member.level) == (None, levels[1])


def test_a_level_that_is_over_is_noted_and_not_given(
    done: Callable[..., Batch], member: Member, levels: list[Level]
) -> None:
    Member.objects.update(level=levels[0])

    done("Phone,Level,Level until\n0812345678,Gold,2020-01-31\n", M, {"existing": "fill"})

    member.refresh_from_db()
    assert (member.hand_level, member.level) == (levels[1], levels[0])


@pytest.mark.parametrize("change", ["account", "points", "name"])
def test_members_who_were_used_since_are_not_removed(
    change: str, done: Callable[..., Batch], clerk: User, make_person: Callable[..., User]
) -> None:
    batch = done("Phone,Name\n0811111111,New\n0811111112,Other\n", M)
    if change == "account":
        member_of(make_person("anna"), phone="+66811111111")
    elif change == "points":
        done("Phone,Points\n0811111111,5\n")
        done("Phone,Points\n0811111111,-5\n")
    else:
        Member.objects.filter(name="New").update(name="Newer")

    batch = undo(batch, clerk)

    assert rows_of(batch) == [(2, "done", "member_changed"), (3, "undone", "")]
    assert [str(member.phone) for member in Member.objects.all()] == ["+66811111111"]
