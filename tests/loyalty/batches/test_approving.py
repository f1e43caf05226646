"""Four eyes: what one person brought, chose or ran, another one approves; so with an undo."""

from collections.abc import Callable

import pytest

from accounts.models import User
from loyalty.domain import batches
from loyalty.models import Batch, LedgerEntry, Member, Programme
from marketplace.common.errors import DomainError

Checked = Callable[..., Batch]
ONE = "Phone,Points\n0812345678,5\n"


@pytest.fixture(autouse=True)
def _wanted(programme: Programme) -> None:
    Programme.objects.update(needs_approval=True)


@pytest.fixture
def people(make_person: Callable[..., User]) -> list[User]:
    return [make_person(name, is_staff=True) for name in ("anna", "ben", "cho")]


def _waiting(batch: Batch, by: User) -> Batch:
    batches.run(batch, by=by)
    batch.refresh_from_db()
    assert batch.status == "waiting"
    return batch


def _refused(batch: Batch, by: User) -> str:
    with pytest.raises(DomainError) as refusal:
        batches.approve(batch, by=by)
    batch.refresh_from_db()
    assert (batch.status, batch.approved_by) == ("waiting", None)
    return refusal.value.code


def test_who_pressed_run_on_the_file_of_another_does_not_approve_it(
    checked: Checked, member: Member, people: list[User]
) -> None:
    anna, ben, _cho = people
    batch = _waiting(checked(ONE), anna)

    assert (_refused(batch, anna), batches.may_approve(batch, anna)) == ("own_batch", False)

    assert batches.may_approve(batch, ben)
    batches.approve(batch, by=ben)
    batches.work_on(batch.pk)
    member.refresh_from_db()
    assert member.balance == 5


def test_who_ever_chose_the_columns_does_not_approve_it(
    checked: Checked, member: Member, people: list[User]
) -> None:
    anna, ben, cho = people
    batch = checked(ONE)
    for by, deduct in ((anna, "1"), (ben, "")):
        batches.begin_check(batch, columns=batch.columns, options={"deduct": deduct}, by=by)
        batches.work_on(batch.pk)
    batch = _waiting(batch, ben)

    assert [_refused(batch, by) for by in (anna, ben)] == ["own_batch", "own_batch"]

    assert batches.approve(batch, by=cho).status == "running"


def test_an_undo_waits_for_somebody_else(checked: Checked, member: Member, people: list[User]) -> None:
    anna, ben, _cho = people
    batch = _waiting(checked(ONE), anna)
    batches.approve(batch, by=ben)
    batches.work_on(batch.pk)

    batches.undo(batch, by=ben)

    batch.refresh_from_db()
    assert (batch.status, batches.work_on(batch.pk)) == ("undo_waits", False)
    with pytest.raises(DomainError) as refusal:
        batches.approve_undo(batch, by=ben)
    member.refresh_from_db()
    assert (refusal.value.code, member.balance) == ("own_undo", 5)
    batches.approve_undo(batch, by=anna)
    batches.work_on(batch.pk)
    batch.refresh_from_db()
    member.refresh_from_db()
    assert (batch.status, batch.undone_by, batch.undo_approved_by, member.balance) == ("undone", ben, anna, 0)


def test_an_undo_that_was_asked_for_can_be_let_be(
    checked: Checked, member: Member, people: list[User]
) -> None:
    anna, ben, _cho = people
    batch = _waiting(checked(ONE), anna)
    batches.approve(batch, by=ben)
    batches.work_on(batch.pk)
    batches.undo(batch, by=anna)

    batches.keep(batch, by=anna)

    batch.refresh_from_db()
    member.refresh_from_db()
    assert (batch.status, batch.undone_by, member.balance) == ("done", None, 5)
    with pytest.raises(DomainError):
        batches.approve_undo(batch, by=ben)


def _kept_half_way(batch: Batch, by: User) -> Batch:
    """Its undo was begun by somebody, stopped, and then let be when a second person was wanted."""
    Programme.objects.update(needs_approval=False)
    batches.run(batch, by=by)
    batches.work_on(batch.pk)
    batches.undo(batch, by=by)
    batches.stop(batch, by=by)
    Programme.objects.update(needs_approval=True)
    assert batches.go_on(batch, by=by).status == "undo_waits"
    return batches.keep(batch, by=by)


def test_who_goes_on_with_an_undo_that_was_let_be_does_not_approve_it(
    checked: Checked, member: Member, people: list[User]
) -> None:
    anna, ben, _cho = people
    batch = _kept_half_way(checked(ONE), anna)
    assert (batch.status, batch.undone_by) == ("stopped", anna)

    batch = batches.go_on(batch, by=anna)

    assert (batch.status, batches.may_approve(batch, anna)) == ("undo_waits", False)
    with pytest.raises(DomainError) as refusal:
        batches.approve_undo(batch, by=anna)
    member.refresh_from_db()
    assert (refusal.value.code, Batch.objects.get().status, member.balance) == ("own_undo", "undo_waits", 5)
    batches.approve_undo(batch, by=ben)
    batches.work_on(batch.pk)
    member.refresh_from_db()
    reversal = LedgerEntry.objects.get(kind="undo")
    assert (reversal.by, reversal.points, member.balance) == (anna, -5, 0)


def test_who_goes_on_with_the_undo_of_another_asks_for_it(
    checked: Checked, member: Member, people: list[User]
) -> None:
    anna, _ben, cho = people
    batch = _kept_half_way(checked(ONE), anna)

    batch = batches.go_on(batch, by=cho)

    assert (batch.status, batch.undone_by) == ("undo_waits", cho)
    assert [batches.may_approve(batch, by) for by in (anna, cho)] == [True, False]


def test_who_approved_an_undo_and_goes_on_with_it_is_not_who_asked_for_it(
    checked: Checked, member: Member, people: list[User]
) -> None:
    anna, ben, cho = people
    batch = _waiting(checked(ONE), anna)
    batches.approve(batch, by=ben)
    batches.work_on(batch.pk)
    batches.undo(batch, by=cho)
    batches.approve_undo(batch, by=ben)
    batches.stop(batch, by=ben)

    batch = batches.go_on(batch, by=ben)

    assert (batch.status, batch.undone_by, batch.undo_approved_by) == ("undoing", cho, ben)


def test_without_the_rule_an_undo_begins_at_once(
    checked: Checked, member: Member, clerk: User, programme: Programme
) -> None:
    Programme.objects.update(needs_approval=False)
    batch = checked(ONE)
    batches.run(batch, by=clerk)
    batches.work_on(batch.pk)

    assert batches.undo(batch, by=clerk).status == "undoing"
