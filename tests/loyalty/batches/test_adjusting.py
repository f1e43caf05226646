"""Points by file: tried first, then given and taken, every row whole or not at all, and undone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from loyalty.domain import batches, merge_members
from loyalty.domain.batches import adjusting, claims
from loyalty.domain.checking import check_balances
from loyalty.domain.ledger import Posting, post
from loyalty.enums import BatchKind, BatchStatus, EntryKind
from loyalty.models import Batch, LedgerEntry, Member, Programme
from marketplace.common.errors import DomainError
from tests.loyalty.batches.conftest import counts_of, rows_of, run, undo
from tests.support.queue import announced

Ledger = Callable[[Member], list[tuple[str, int]]]


def _balance(member: Member) -> int:
    member.refresh_from_db()
    return member.balance


def test_a_check_says_what_would_come_of_every_row_and_changes_nothing(
    checked: Callable[..., Batch], member: Member
) -> None:
    batch = checked(
        "Phone,Points,Reference\n0812345678,100,A\n0899999999,5,B\n0812345678,0,C\n0812345678,x,D\n"
        "0812345678,7,A\n0812345678,-500,E\n0812345678,=5,F\n,5,G\n8.1234E+10,5,H\n"
    )

    assert rows_of(batch) == [
        (2, "ready", ""),
        (3, "error", "unknown_phone"),
        (4, "error", "zero_points"),
        (5, "error", "bad_points"),
        (6, "error", "repeated"),
        (7, "error", "too_few_points"),
        (8, "error", "formula"),
        (9, "error", "no_key"),
        (10, "error", "phone_rounded"),
    ]
    assert counts_of(batch) == (9, 1, 0, 0, 8, 0)
    assert (batch.status, batch.points_added, batch.points_taken) == ("checked", 100, 0)
    assert (LedgerEntry.objects.count(), _balance(member)) == (0, 0)


def test_points_are_given_and_taken_once_with_reason_place_and_expiry(
    done: Callable[..., Batch], member: Member, clerk: User, programme: Programme
) -> None:
    programme.expiry_months = 12
    programme.save()

    batch = done("Phone,Points,Reason\n0812345678,100,Songkran\n0812345678,-30,\n", note="By file")

    entries = list(LedgerEntry.objects.order_by("pk"))
    assert counts_of(batch) == (2, 0, 2, 0, 0, 0)
    assert (batch.status, batch.points_added, batch.points_taken, _balance(member)) == ("done", 100, 30, 70)
    assert [(e.kind, e.reference, e.points, e.note) for e in entries] == [
        ("adjustment", f"batch:{batch.pk}:2", 100, "Songkran"),
        ("adjustment", f"batch:{batch.pk}:3", -30, "By file"),
    ]
    assert {(e.by_id, e.batch_id, e.place) for e in entries} == {(clerk.pk, batch.pk, "backoffice")}
    assert entries[0].expires_on is not None
    assert entries[0].expires_on > timezone.localdate() + timedelta(days=360)
    assert entries[1].expires_on is None
    assert list(batch.rows.order_by("number").values_list("entry", flat=True)) == [e.pk for e in entries]
    assert check_balances().wrong == []


def test_members_are_found_by_their_number_too(done: Callable[..., Batch], member: Member) -> None:
    batch = done(f"User ID,Points\n{member.number},100\n{member.number}.0,5\n999,5\n", BatchKind.BY_NUMBER)

    assert rows_of(batch) == [(2, "done", ""), (3, "done", ""), (4, "error", "unknown_number")]
    assert _balance(member) == 105


def test_the_phone_of_somebody_who_was_merged_finds_the_other_one(
    done: Callable[..., Batch], member: Member, make_member: Callable[..., Member], clerk: User
) -> None:
    merge_members(member, make_member(phone="+66899999999"), by=clerk)

    batch = done("Phone,Points\n0899999999,5\n0812345678,6\n")

    assert (counts_of(batch), _balance(member)) == ((2, 0, 2, 0, 0, 0), 11)


def test_a_check_anew_counts_from_nothing(checked: Callable[..., Batch], member: Member, clerk: User) -> None:
    batch = checked("Phone,Points\n0812345678,5\n0899999999,5\n")

    batch = batches.begin_check(batch, columns=batch.columns, options={}, by=clerk)

    assert (counts_of(batch), batch.points_added) == ((0, 0, 0, 0, 0, 0), 0)
    batches.work_on(batch.pk)
    batch.refresh_from_db()
    assert (counts_of(batch), batch.points_added) == ((2, 1, 0, 0, 1, 0), 5)


def test_a_file_of_plain_numbers_can_be_one_of_deductions(done: Callable[..., Batch], member: Member) -> None:
    done("Phone,Points\n0812345678,100\n")

    batch = done("Phone,Points\n0812345678,30\n0812345678,-20\n", options={"deduct": "1"})

    assert (counts_of(batch), _balance(member)) == ((2, 0, 2, 0, 0, 0), 50)


def test_rows_of_a_member_come_in_order_and_one_that_is_refused_leaves_the_next_its_chance(
    done: Callable[..., Batch], member: Member, ledger_of: Ledger
) -> None:
    batch = done(
        "Phone,Points\n0812345678,50\n0812345678,-60\n0812345678,-40\n0812345678,-20\n0812345678,20\n"
    )

    assert rows_of(batch) == [
        (2, "done", ""),
        (3, "error", "too_few_points"),
        (4, "done", ""),
        (5, "error", "too_few_points"),
        (6, "done", ""),
    ]
    assert ledger_of(member) == [("adjustment", 50), ("adjustment", -40), ("adjustment", 20)]


def test_held_points_cannot_be_deducted(checked: Callable[..., Batch], member: Member) -> None:
    now = timezone.now()
    held = Posting(EntryKind.BONUS, 100, "held", available_at=now + timedelta(days=7))
    post(Member.objects.select_for_update().get(pk=member.pk), [held], now=now)

    assert rows_of(checked("Phone,Points\n0812345678,-1\n")) == [(2, "error", "too_few_points")]


def test_what_was_spent_after_the_check_is_not_taken(
    checked: Callable[..., Batch], done: Callable[..., Batch], member: Member, clerk: User
) -> None:
    done("Phone,Points\n0812345678,100\n")
    first = checked("Phone,Points,Reference\n0812345678,-80,A\n")
    second = checked("Phone,Points,Reference\n0812345678,-80,B\n")

    first, second = run(first, clerk), run(second, clerk)

    assert rows_of(first) == [(2, "done", "")]
    assert rows_of(second) == [(2, "error", "too_few_points")]
    assert (counts_of(second), _balance(member)) == ((1, 0, 0, 0, 1, 0), 20)


def test_a_reference_counts_once_over_all_files_also_when_both_were_checked(
    checked: Callable[..., Batch], done: Callable[..., Batch], member: Member, clerk: User
) -> None:
    late = checked("Phone,Points,Reference\n0812345678,5,A\n0812345678,6,C\n")
    done("Phone,Points,Reference\n0812345678,5,A\n")

    late = run(late, clerk)
    third = checked("Phone,Points,Reference\n0812345678,5,A\n", again=True)

    assert rows_of(late) == [(2, "skipped", "already_done"), (3, "done", "")]
    assert rows_of(third) == [(2, "skipped", "already_done")]
    assert _balance(member) == 11


def test_the_same_file_once_more_on_purpose_gives_points_once_more(
    done: Callable[..., Batch], member: Member
) -> None:
    content = "Phone,Points\n0812345678,5\n"

    done(content)
    done(content, again=True)

    assert _balance(member) == 10


def test_members_who_were_merged_or_erased_after_the_check_get_nothing(
    checked: Callable[..., Batch], make_member: Callable[..., Member], member: Member, clerk: User
) -> None:
    other = make_member(phone="+66811111111")
    batch = checked("Phone,Points\n0812345678,5\n0811111111,5\n")
    Member.objects.filter(pk=other.pk).update(erased_at=timezone.now())

    assert rows_of(run(batch, clerk)) == [(2, "done", ""), (3, "error", "member_gone")]


@pytest.mark.django_db(transaction=True)
def test_members_who_went_with_their_import_after_the_check_keep_nobody_from_theirs(
    checked: Callable[..., Batch], done: Callable[..., Batch], member: Member, clerk: User, ledger_of: Ledger
) -> None:
    brought = done("Phone,Name\n0811111111,New\n", BatchKind.MEMBERS)
    batch = checked("Phone,Points\n0811111111,5\n0812345678,6\n0811111111,7\n")
    undo(brought, clerk)
    assert Member.objects.count() == 1

    batch = run(batch, clerk)

    assert rows_of(batch) == [(2, "error", "member_gone"), (3, "done", ""), (4, "error", "member_gone")]
    assert (batch.status, counts_of(batch), batch.points_added) == ("done", (3, 0, 1, 0, 2, 0), 6)
    assert (ledger_of(member), check_balances().wrong) == ([("adjustment", 6)], [])


def test_undo_reverses_every_row_and_restores_every_balance(
    done: Callable[..., Batch], make_member: Callable[..., Member], member: Member, clerk: User
) -> None:
    other = make_member(phone="+66811111111")
    done("Phone,Points\n0811111111,40\n")
    batch = done("Phone,Points\n0812345678,100\n0811111111,-40\n0812345678,-60\n")

    batch = undo(batch, clerk)

    assert (batch.status, counts_of(batch)) == ("undone", (3, 0, 0, 0, 0, 3))
    assert (_balance(member), _balance(other)) == (0, 40)
    undone = LedgerEntry.objects.filter(kind="undo").order_by("pk")
    assert [(e.points, e.reverses.points) for e in undone if e.reverses] == [
        (60, -60),
        (40, -40),
        (-100, 100),
    ]
    assert check_balances().wrong == []
    with pytest.raises(DomainError):
        batches.undo(batch, by=clerk)


def test_a_row_whose_points_were_spent_meanwhile_stays_and_says_so(
    done: Callable[..., Batch], make_member: Callable[..., Member], member: Member, clerk: User
) -> None:
    make_member(phone="+66811111111")
    batch = done("Phone,Points\n0812345678,100\n0811111111,100\n")
    done("Phone,Points\n0812345678,-30\n")

    batch = undo(batch, clerk)

    assert rows_of(batch) == [(2, "done", "points_spent"), (3, "undone", "")]
    assert (batch.status, counts_of(batch), _balance(member)) == ("done", (2, 0, 1, 0, 0, 1), 70)
    done("Phone,Points,Reference\n0812345678,30,back\n")
    assert undo(batch, clerk).status == "undone"  # once more, when they are there
    assert _balance(member) == 0


def test_points_that_expired_meanwhile_are_not_taken_from_others(
    done: Callable[..., Batch], member: Member, programme: Programme, clerk: User, time_machine: object
) -> None:
    programme.expiry_months = 6
    programme.save()
    batch = done("Phone,Points\n0812345678,100\n")
    Programme.objects.update(expiry_months=0)
    done("Phone,Points,Reference\n0812345678,70,B\n")
    time_machine.move_to(datetime(2030, 1, 1, tzinfo=UTC))  # type: ignore[attr-defined]

    batch = undo(batch, clerk)

    assert rows_of(batch) == [(2, "done", "points_expired")]


def test_a_reference_that_was_undone_is_not_taken_for_done(
    done: Callable[..., Batch], checked: Callable[..., Batch], member: Member, clerk: User
) -> None:
    undo(done("Phone,Points,Reference\n0812345678,5,A\n"), clerk)

    assert rows_of(checked("Phone,Points,Reference\n0812345678,5,A\n", again=True)) == [
        (2, "error", "was_undone")
    ]


def test_a_second_person_approves_where_the_programme_wants_it(
    checked: Callable[..., Batch],
    member: Member,
    clerk: User,
    programme: Programme,
    make_person: Callable[..., User],
) -> None:
    Programme.objects.update(needs_approval=True)
    batch = checked("Phone,Points\n0812345678,5\n")

    batch = batches.run(batch, by=clerk)

    assert (batch.status, batches.work_on(batch.pk), _balance(member)) == ("waiting", False, 0)
    with pytest.raises(DomainError) as refusal:
        batches.approve(batch, by=clerk)
    assert refusal.value.code == "own_batch"
    assert Batch.objects.get().status == "waiting"
    chief = make_person("chief", is_staff=True)
    batches.approve(batch, by=chief)
    batches.work_on(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.approved_by, _balance(member)) == ("done", chief, 5)


@pytest.mark.parametrize("status", ["uploaded", "checking", "waiting", "running", "done", "failed", "undone"])
def test_only_a_checked_batch_runs(
    status: str, checked: Callable[..., Batch], member: Member, clerk: User
) -> None:
    batch = checked("Phone,Points\n0812345678,5\n")
    Batch.objects.update(status=status)

    with pytest.raises(DomainError) as refusal:
        batches.run(batch, by=clerk)

    assert (refusal.value.code, Batch.objects.get().status) == ("moved_on", status)


def test_a_batch_that_nobody_works_on_is_taken_up_and_one_in_work_is_left(
    checked: Callable[..., Batch], member: Member, clerk: User, django_capture_on_commit_callbacks: object
) -> None:
    batch = checked("Phone,Points\n0812345678,5\n")
    batches.run(batch, by=clerk)
    token = claims.claim(batch.pk)

    assert (claims.claim(batch.pk), batches.take_up()) == (None, 0)

    Batch.objects.update(beat_at=timezone.now() - timedelta(seconds=31))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert batches.take_up() == 1
    assert announced() == [("loyalty.work_on_batch", {"batch_id": batch.pk})]
    assert batches.work_on(batch.pk)
    assert _balance(member) == 5
    with pytest.raises(claims.LostClaimError), claims.step(batch.pk, token, BatchStatus.RUNNING):  # type: ignore[arg-type]
        adjusting.give(batch, 0, 100, now=timezone.now())
    assert _balance(member) == 5
