"""Four eyes: what one person brought, chose or ran, another one approves; so with an undo."""

from collections.abc import Callable

import pytest

from accounts.models import User
from loyalty.domain import batches
from loyalty.models import Batch, Member, Programme
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


def test_without_the_rule_an_undo_begins_at_once(
    checked: Checked, member: Member, clerk: User, programme: Programme
) -> None:
    Programme.objects.update(needs_approval=False)
    batch = checked(ONE)
    batches.run(batch, by=clerk)
    batches.work_on(batch.pk)

    assert batches.undo(batch, by=clerk).status == "undoing"
