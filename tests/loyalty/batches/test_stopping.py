"""Batches that people stop or that break off: told in words, nothing half done, with a way on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from loyalty.domain import batches
from loyalty.domain.batches import claims
from loyalty.domain.checking import check_balances
from loyalty.enums import BatchKind
from loyalty.models import Batch, LedgerEntry, Member, Programme
from marketplace.common.errors import DomainError
from tests.loyalty.batches.conftest import counts_of, rows_of, undo

Checked = Callable[..., Batch]
TEN = "Phone,Points\n" + "0812345678,5\n" * 10


@pytest.fixture(autouse=True)
def _few_rows_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyalty.domain.batches.running.ROWS_AT_ONCE", dict.fromkeys(BatchKind, 4))


def _worked_on(batch: Batch) -> Batch:
    assert batches.work_on(batch.pk)
    batch.refresh_from_db()
    return batch


def _balance(member: Member) -> int:
    member.refresh_from_db()
    return member.balance


def _full(member: Member) -> None:
    """So full that the next points break the database's numbers."""
    Member.objects.filter(pk=member.pk).update(balance=2**63 - 43)


def _broken(batch: Batch, member: Member, by: User) -> Batch:
    """Run until the member, who is too full for the last rows, breaks it off."""
    _full(member)
    batches.run(batch, by=by)
    batch = _worked_on(batch)
    Member.objects.filter(pk=member.pk).update(balance=F("balance") - (2**63 - 43))
    return batch


def test_a_check_that_breaks_off_says_so_and_can_be_begun_again(
    upload: Checked, member: Member, clerk: User
) -> None:
    batch = upload(TEN)
    batches.begin_check(batch, columns=batch.columns, options={}, by=clerk)
    Batch.objects.update(encoding="no-such-encoding")

    batch = _worked_on(batch)

    assert (batch.status, batch.claim, counts_of(batch)) == ("failed", None, (0, 0, 0, 0, 0, 0))
    assert batches.sentence_of(batch.problem).startswith("The check broke off by a fault of the system.")
    assert batches.take_up() == 0
    Batch.objects.update(encoding="utf-8")
    batches.begin_check(batch, columns=batch.columns, options={}, by=clerk)
    assert (_worked_on(batch).status, batch.problem, counts_of(batch)) == (
        "checked",
        None,
        (10, 10, 0, 0, 0, 0),
    )


def test_a_run_that_breaks_off_keeps_what_is_done_and_goes_on_later(
    checked: Checked, member: Member, clerk: User
) -> None:
    batch = _broken(checked(TEN), member, clerk)

    assert (batch.status, counts_of(batch), _balance(member)) == ("failed", (10, 2, 8, 0, 0, 0), 40)
    assert batches.sentence_of(batch.problem).startswith("The run broke off by a fault of the system.")
    with pytest.raises(DomainError) as refusal:
        batches.begin_check(batch, columns=batch.columns, options={}, by=clerk)
    assert refusal.value.code == "moved_on"
    batches.go_on(batch, by=clerk)
    batch = _worked_on(batch)
    assert (batch.status, batch.problem, counts_of(batch)) == ("done", None, (10, 0, 10, 0, 0, 0))
    assert (_balance(member), check_balances().wrong) == (50, [])


def test_a_run_that_broke_off_can_be_undone(checked: Checked, member: Member, clerk: User) -> None:
    batch = _broken(checked(TEN), member, clerk)

    batch = undo(batch, clerk)

    assert (batch.status, counts_of(batch), _balance(member)) == ("undone", (10, 2, 0, 0, 0, 8), 0)
    assert check_balances().wrong == []


def test_what_kills_every_worker_ends_as_failed(checked: Checked, member: Member, clerk: User) -> None:
    batch = checked(TEN)
    batches.run(batch, by=clerk)
    for _worker in range(5):
        assert claims.claim(batch.pk)  # and is never heard of again
        Batch.objects.update(beat_at=timezone.now() - timedelta(seconds=31))

    batch = _worked_on(batch)

    assert (batch.status, counts_of(batch), _balance(member)) == ("failed", (10, 10, 0, 0, 0, 0), 0)
    batches.go_on(batch, by=clerk)
    assert (_worked_on(batch).status, _balance(member)) == ("done", 50)


def test_a_run_that_is_stopped_keeps_what_is_done_and_goes_on_later(
    checked: Checked, member: Member, clerk: User
) -> None:
    batch = checked(TEN)
    batches.run(batch, by=clerk)
    token = claims.claim(batch.pk)

    batches.stop(batch, by=clerk)

    batch.refresh_from_db()
    assert (batch.status, batches.work_on(batch.pk), LedgerEntry.objects.count()) == ("stopped", False, 0)
    with pytest.raises(claims.LostClaimError), claims.step(batch.pk, token, "running"):  # type: ignore[arg-type]
        pass
    batches.go_on(batch, by=clerk)
    batch = _worked_on(batch)
    assert (batch.status, counts_of(batch), _balance(member)) == ("done", (10, 0, 10, 0, 0, 0), 50)
    assert list(batch.actions.values_list("deed", "by")) == [
        (deed, clerk.pk) for deed in ("checked", "ran", "stopped", "ran")
    ]


def test_an_undo_that_is_stopped_goes_on_and_cannot_be_asked_for_twice(
    done: Checked, member: Member, clerk: User
) -> None:
    batch = done(TEN)
    batches.undo(batch, by=clerk)
    batches.stop(batch, by=clerk)

    with pytest.raises(DomainError) as refusal:
        batches.undo(batch, by=clerk)

    assert (refusal.value.code, _balance(member)) == ("nothing_done", 50)
    batches.go_on(batch, by=clerk)
    assert (_worked_on(batch).status, _balance(member)) == ("undone", 0)


def test_a_check_that_is_stopped_is_begun_anew_or_thrown_away(
    upload: Checked, member: Member, clerk: User
) -> None:
    batch = upload(TEN)
    batches.begin_check(batch, columns=batch.columns, options={}, by=clerk)
    batches.stop(batch, by=clerk)

    with pytest.raises(DomainError) as refusal:
        batches.go_on(batch, by=clerk)

    assert refusal.value.code == "not_begun"
    batches.begin_check(batch, columns=batch.columns, options={}, by=clerk)
    batch = _worked_on(batch)
    assert (batch.status, rows_of(batch)[0]) == ("checked", (2, "ready", ""))
    batches.discard(batch, by=clerk)
    assert Batch.objects.get().status == "discarded"


def test_what_changed_something_is_undone_and_not_thrown_away(
    checked: Checked, member: Member, clerk: User
) -> None:
    batch = _broken(checked(TEN), member, clerk)

    with pytest.raises(DomainError) as refusal:
        batches.discard(batch, by=clerk)

    assert (refusal.value.code, Batch.objects.get().status) == ("moved_on", "failed")


@pytest.mark.parametrize("status", ["uploaded", "checked", "waiting", "done", "failed", "undone", "stopped"])
def test_only_a_batch_at_work_is_stopped(status: str, checked: Checked, member: Member, clerk: User) -> None:
    batch = checked(TEN)
    Batch.objects.update(status=status)

    with pytest.raises(DomainError) as refusal:
        batches.stop(batch, by=clerk)

    assert (refusal.value.code, Batch.objects.get().status) == ("moved_on", status)


def test_a_run_that_was_stopped_waits_when_approval_came_meanwhile(
    checked: Checked, member: Member, clerk: User, programme: Programme
) -> None:
    batch = checked(TEN)
    batches.run(batch, by=clerk)
    batches.stop(batch, by=clerk)
    Programme.objects.update(needs_approval=True)

    batches.go_on(batch, by=clerk)

    assert (Batch.objects.get().status, batches.work_on(batch.pk)) == ("waiting", False)


def test_a_file_whose_run_broke_off_half_way_is_recognised(
    checked: Checked, upload: Checked, member: Member, clerk: User
) -> None:
    batch = _broken(checked(TEN), member, clerk)

    with pytest.raises(DomainError) as refusal:
        upload(TEN)

    assert (refusal.value.code, refusal.value.extra["first"]) == ("same_file", batch)
    assert (Batch.objects.count(), _balance(member)) == (1, 40)


def test_a_file_whose_run_broke_off_while_it_was_undone_is_recognised(
    done: Checked, upload: Checked, member: Member, clerk: User
) -> None:
    batch = done(TEN)
    batches.undo(batch, by=clerk)
    for _worker in range(5):
        assert claims.claim(batch.pk)
        Batch.objects.update(beat_at=timezone.now() - timedelta(seconds=31))
    assert _worked_on(batch).status == "failed"

    with pytest.raises(DomainError) as refusal:
        upload(TEN)

    assert (refusal.value.code, refusal.value.extra["first"]) == ("same_file", batch)


def test_a_file_whose_check_broke_off_comes_again_without_a_word(
    upload: Checked, member: Member, clerk: User
) -> None:
    batch = upload(TEN)
    batches.begin_check(batch, columns=batch.columns, options={}, by=clerk)
    Batch.objects.update(encoding="no-such-encoding")
    assert _worked_on(batch).status == "failed"

    assert upload(TEN).pk != batch.pk


def test_a_run_that_broke_off_and_was_undone_but_for_a_row_can_go_on(
    checked: Checked, done: Checked, member: Member, clerk: User
) -> None:
    batch = _broken(checked(TEN), member, clerk)
    done("Phone,Points\n0812345678,-3\n")

    batch = undo(batch, clerk)

    assert (batch.status, batch.halted, counts_of(batch)) == ("stopped", "running", (10, 2, 1, 0, 0, 7))
    assert (rows_of(batch)[0], _balance(member)) == ((2, "done", "points_spent"), 2)
    batches.go_on(batch, by=clerk)
    batch = _worked_on(batch)
    assert (batch.status, batch.halted, counts_of(batch)) == ("done", "", (10, 0, 3, 0, 0, 7))
    assert (_balance(member), check_balances().wrong) == (12, [])
