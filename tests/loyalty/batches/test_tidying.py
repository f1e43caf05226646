"""Uploaded files go after a time, and what they say about an erased person goes with the person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from loyalty.domain import batches, erase_member, join, work_of_the_day
from loyalty.domain.batches import KEEP_FILES, delete_old_files
from loyalty.enums import BatchKind
from loyalty.models import Batch, BatchRow, Member, Programme
from tests.loyalty.batches.conftest import counts_of, undo

Checked = Callable[..., Batch]
LATE = timedelta(days=31)


def cells_of(batch: Batch) -> list[list[str]]:
    return list(batch.rows.order_by("number").values_list("cells", flat=True))


def test_files_are_deleted_thirty_days_after_their_batch_was_over(
    member: Member, checked: Checked, done: Checked, clerk: User
) -> None:
    ran, thrown = done("Phone,Points\n0812345678,5\n"), checked("Phone,Points\n0812345678,6\n")
    batches.discard(thrown, by=clerk)
    names = [ran.file.name, thrown.file.name]

    early = delete_old_files(now=timezone.now() + KEEP_FILES - timedelta(hours=1))
    kept = [default_storage.exists(name) for name in names]
    late = [delete_old_files(now=timezone.now() + LATE) for _again in range(2)]

    ran.refresh_from_db()
    assert (early, kept, late) == (0, [True, True], [2, 0])
    assert [default_storage.exists(name) for name in names] == [False, False]
    assert (ran.file.name, ran.status, counts_of(ran)) == ("", "done", (1, 0, 1, 0, 0, 0))


def test_a_file_that_nobody_ran_goes_too_and_says_so_when_it_is_checked_again(
    member: Member, upload: Checked, clerk: User, admin_client: Any
) -> None:
    forgotten = upload("Phone,Points\n0812345678,5\n")
    Batch.objects.filter(pk=forgotten.pk).update(created_at=timezone.now() - LATE)
    assert delete_old_files(now=timezone.now()) == 1
    forgotten.refresh_from_db()

    page = admin_client.get(f"/admin/batches/{forgotten.pk}/")
    batches.begin_check(forgotten, columns=forgotten.columns, options={}, by=clerk)
    batches.work_on(forgotten.pk)

    forgotten.refresh_from_db()
    assert page.status_code == 200
    assert (forgotten.status, forgotten.problem) == ("failed", {"code": "gone"})


def test_a_batch_at_work_keeps_its_file(member: Member, upload: Checked, clerk: User) -> None:
    batch = upload("Phone,Points\n0812345678,5\n")
    batches.begin_check(batch, columns=batch.columns, options={}, by=clerk)
    Batch.objects.update(created_at=timezone.now() - LATE)

    assert delete_old_files(now=timezone.now()) == 0


def test_the_work_of_the_day_deletes_them(programme: Programme, member: Member, done: Checked) -> None:
    batch = done("Phone,Points\n0812345678,5\n")

    while work_of_the_day(now=timezone.now() + LATE):
        pass

    batch.refresh_from_db()
    assert batch.file.name == ""


def test_rows_without_a_member_that_name_an_erased_person_are_blanked_however_they_are_written(
    programme: Programme, checked: Checked
) -> None:
    """All of them are errors; the last two are of other people."""
    lines = [
        "0812345678,no,x",
        "+66 81-234-5678,no,x",
        "๐๘๑๒๓๔๕๖๗๘,no,x",
        "6.6812345678E+10,no,x",
        "0899999999,no,Somsri@People.example",
        "0812345679,no,x",
        "0899999998,no,other@people.example",
    ]
    batch = checked("Phone,Points,Mail\n0800000000,1,x\n" + "\n".join(lines) + "\n")
    person = join(name="Somsri", phone="+66812345678", email="somsri@people.example")
    by_number = checked(f"Member ID,Points\n{person.number},no\n{person.number}1,no\n", BatchKind.BY_NUMBER)

    erase_member(person, typed_number=person.number, by=None)

    assert cells_of(batch) == [
        ["0800000000", "1", "x"],
        *[[]] * 5,
        ["0812345679", "no", "x"],
        ["0899999998", "no", "other@people.example"],
    ]
    assert cells_of(by_number) == [[], [f"{person.number}1", "no"]]
    assert counts_of(batch) == (8, 0, 0, 0, 8, 0)


def test_a_row_that_waits_to_make_the_person_anew_is_not_carried_out(checked: Checked, clerk: User) -> None:
    batch = checked("Phone,Name\n0812345678,Somsri\n0899999999,Somchai\n", BatchKind.MEMBERS)
    person = join(name="Somsri", phone="+66812345678")

    erase_member(person, typed_number=person.number, by=None)
    batch.refresh_from_db()
    waiting = counts_of(batch)
    batches.run(batch, by=clerk)
    batches.work_on(batch.pk)

    batch.refresh_from_db()
    assert waiting == (2, 1, 0, 0, 1, 0)
    assert list(batch.rows.order_by("number").values_list("cells", "key", "problem"))[0] == (
        [],
        "",
        "member_gone",
    )
    assert counts_of(batch) == (2, 0, 1, 0, 1, 0)
    assert list(Member.objects.current().values_list("name", flat=True)) == ["Somchai"]


def test_a_row_whose_import_was_undone_is_blanked_too(done: Checked, clerk: User) -> None:
    batch = undo(done("Phone,Name\n0812345678,Somsri\n", BatchKind.MEMBERS), clerk)
    person = join(name="Somsri", phone="+66812345678")

    erase_member(person, typed_number=person.number, by=None)

    row = BatchRow.objects.get(batch=batch)
    assert (row.cells, row.key, row.before) == ([], "", None)


def test_rows_of_another_member_stay_as_they_are(
    member: Member, make_member: Callable[..., Member], done: Checked
) -> None:
    other = make_member()
    batch = done(f"Phone,Points,Note\n{other.phone},5,{member.phone}\n")

    erase_member(member, typed_number=member.number, by=None)

    assert cells_of(batch) == [[str(other.phone), "5", str(member.phone)]]
