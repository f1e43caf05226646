import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.models import User
from loyalty.domain import batches
from loyalty.enums import Right, Role
from loyalty.models import BackofficeAccount, Batch, LedgerEntry, Member, Programme, RoleRights

CONTENT = "Phone,Points\n0812345678,100\n0899999999,5\n"
UPLOAD = "/admin/batches/phone/upload/"


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def operator_client(make_backoffice: Callable[..., User], client_of: Callable[[User], Client]) -> Client:
    return client_of(make_backoffice("oper", Role.OPERATOR))


def _send(client: Client, content: str | bytes = CONTENT, **more: Any) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(UPLOAD, {"file": SimpleUploadedFile("points.csv", data), **more})


def _step(client: Client, name: str, **data: Any) -> Batch:
    batch = Batch.objects.get()
    client.post(reverse(f"loyalty:{name}", args=[batch.pk]), data)
    batches.work_on(batch.pk)
    batch.refresh_from_db()
    return batch


def test_an_operator_walks_a_file_from_upload_to_undo(operator_client: Client, member: Member) -> None:
    sent = _send(operator_client, note="Songkran")
    batch = Batch.objects.get()
    assert sent["Location"] == f"/admin/batches/{batch.pk}/"
    assert "Which column is what?" in operator_client.get(sent["Location"]).content.decode()

    batch = _step(operator_client, "check_batch", phone="0", points="1")
    page = operator_client.get(sent["Location"]).content.decode()
    assert (batch.status, batch.rows_ready, batch.rows_error) == ("checked", 1, 1)
    assert "No member has this phone." in page
    assert ">Run<" in page
    assert LedgerEntry.objects.count() == 0

    assert _step(operator_client, "run_batch").status == "done"
    member.refresh_from_db()
    assert member.balance == 100

    assert _step(operator_client, "undo_batch").status == "undone"
    member.refresh_from_db()
    assert member.balance == 0


def test_a_bad_file_is_told_on_the_form_which_keeps_the_reason(
    operator_client: Client, programme: Programme
) -> None:
    answer = _send(operator_client, b"", note="Songkran")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The file is empty." in page
    assert 'value="Songkran"' in page
    assert Batch.objects.count() == 0


def test_a_file_beyond_the_limit_is_refused_while_it_comes_in(
    operator_client: Client, programme: Programme, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("loyalty.forms.batches.MAX_BYTES", 100_000)

    answer = _send(operator_client, b"Phone,Points\n" + b"0812345678,5\n" * 20_000)

    assert answer.status_code == 422
    assert "The file is too large" in answer.content.decode()
    assert (Batch.objects.count(), list(tmp_path.rglob("*.csv"))) == (0, [])


def test_the_same_file_leads_to_the_first_and_runs_again_by_a_tick(
    operator_client: Client, programme: Programme
) -> None:
    _send(operator_client)
    first = Batch.objects.get()

    again = _send(operator_client)

    page = again.content.decode()
    assert again.status_code == 422
    assert f'href="/admin/batches/{first.pk}/"' in page
    assert "Yes, use this file once more" in page
    assert _send(operator_client, again="on").status_code == 302
    assert Batch.objects.count() == 2


def test_who_uploaded_is_not_offered_to_approve_and_another_is(
    operator_client: Client, admin_client: Client, member: Member, programme: Programme
) -> None:
    Programme.objects.update(needs_approval=True)
    _send(operator_client)
    _step(operator_client, "check_batch", phone="0", points="1")

    batch = _step(operator_client, "run_batch")

    address = f"/admin/batches/{batch.pk}/"
    assert batch.status == "waiting"
    assert "Approve and run" not in operator_client.get(address).content.decode()
    assert _step(operator_client, "approve_batch").status == "waiting"
    assert "Approve and run" in admin_client.get(address).content.decode()
    assert _step(admin_client, "approve_batch").status == "done"


def test_who_approves_opens_what_moves_points_and_no_other_file(
    admin_client: Client,
    make_backoffice: Callable[..., User],
    client_of: Callable[[User], Client],
    member: Member,
) -> None:
    _send(admin_client)
    batch = _step(admin_client, "check_batch", phone="0", points="1")
    approver = client_of(make_backoffice("noi", Role.OPERATOR))
    RoleRights.objects.create(role=Role.OPERATOR, rights=[Right.APPROVE])
    pages = [f"/admin/batches/{batch.pk}/{end}" for end in ("", "state/", "result/csv/")]

    moving = [approver.get(address).status_code for address in pages]
    Batch.objects.update(points_added=0)
    still = [approver.get(address).status_code for address in pages]
    Batch.objects.update(points_taken=5)
    taking = [approver.get(address).status_code for address in pages]

    assert (moving, still, taking) == ([200] * 3, [404] * 3, [200] * 3)


def test_who_approves_an_import_without_member_detail_sees_nobodys_name_phone_or_email(
    operator_client: Client,
    make_person: Callable[..., User],
    client_of: Callable[[User], Client],
    member: Member,
) -> None:
    content = b"Phone,Name,Email,Points\n0899999999,Boonmee,boon@people.example,5\n0812345678,Malee,x,7\n"
    operator_client.post(
        "/admin/batches/members/upload/", {"file": SimpleUploadedFile("members.csv", content)}
    )
    batch = Batch.objects.get()
    columns = {"phone": "0", "name": "1", "email": "2", "points": "3", "existing": "skip"}
    operator_client.post(f"/admin/batches/{batch.pk}/check/", columns)
    batches.work_on(batch.pk)
    batch.refresh_from_db()
    assert (batch.points_added > 0, batch.rows_total) == (True, 2)
    approver = make_person("noi", is_staff=True)
    BackofficeAccount.objects.create(user=approver, role=Role.STAFF)

    def told(*rights: Right) -> tuple[list[bool], bool, int]:
        """Whether the page shows a name, a phone, the result file; what is wrong; and that file's answer."""
        RoleRights.objects.update_or_create(role=Role.STAFF, defaults={"rights": rights})
        page = client_of(approver).get(f"/admin/batches/{batch.pk}/").text
        file = client_of(approver).get(f"/admin/batches/{batch.pk}/result/csv/")
        return (
            [part in page for part in ("Malee", "0812345678", "result file")],
            "Rows that need a look" in page,
            file.status_code,
        )

    assert told(Right.APPROVE) == ([False] * 3, True, 404)
    assert told(Right.APPROVE, Right.MEMBERS) == ([True] * 3, True, 200)
    assert told(Right.IMPORT) == ([True] * 3, True, 200)


def test_an_undo_waits_for_another_who_is_offered_it(
    operator_client: Client, admin_client: Client, member: Member, programme: Programme
) -> None:
    _send(operator_client)
    _step(operator_client, "check_batch", phone="0", points="1")
    _step(operator_client, "run_batch")
    Programme.objects.update(needs_approval=True)

    batch = _step(operator_client, "undo_batch")

    address = f"/admin/batches/{batch.pk}/"
    own, other = (client.get(address).text for client in (operator_client, admin_client))
    assert batch.status == "undo_waits"
    assert "Oper asked to undo the whole batch." in " ".join(own.split())
    assert ("Approve the undo" in own, "Approve the undo" in other) == (False, True)
    assert "Undone by" not in own
    assert _step(operator_client, "approve_undo").status == "undo_waits"
    assert _step(operator_client, "keep_batch").status == "done"
    _step(operator_client, "undo_batch")
    assert _step(admin_client, "approve_undo").status == "undone"
    assert "Approved the undo" in admin_client.get(address).text


def test_a_batch_at_work_is_stopped_and_goes_on(operator_client: Client, member: Member) -> None:
    _send(operator_client)
    _step(operator_client, "check_batch", phone="0", points="1")
    batch = Batch.objects.get()
    address = f"/admin/batches/{batch.pk}/"
    operator_client.post(f"{address}run/")
    assert ">Stop<" in operator_client.get(address).text

    operator_client.post(f"{address}stop/")

    page = operator_client.get(address).text
    assert (Batch.objects.get().status, LedgerEntry.objects.count()) == ("stopped", 0)
    assert "the rest can go on" in page
    assert ">Go on<" in page
    assert "Choose other columns" not in page
    assert _step(operator_client, "go_on_with_batch").status == "done"


def test_a_check_that_broke_off_says_so_and_offers_to_check_again(
    operator_client: Client, member: Member
) -> None:
    _send(operator_client)
    Batch.objects.update(encoding="no-such-encoding")

    batch = _step(operator_client, "check_batch", phone="0", points="1")

    page = operator_client.get(f"/admin/batches/{batch.pk}/").text
    assert batch.status == "failed"
    assert "The check broke off by a fault of the system. Nothing was changed. Check the file again." in page
    assert "Check the file<" in page
    assert "Discard" in page


def test_the_first_rows_are_shown_without_the_file_being_read_again(
    operator_client: Client, programme: Programme
) -> None:
    _send(operator_client)
    batch = Batch.objects.get()
    batch.file.delete(save=False)

    page = operator_client.get(f"/admin/batches/{batch.pk}/").text

    assert '<td dir="auto">0899999999</td>' in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_batch_costs_the_same_with_one_row_and_with_three(
    count: int, operator_client: Client, member: Member, django_assert_max_num_queries: Any
) -> None:
    _send(operator_client, "Phone,Points\n" + "0899999999,5\n" * count)
    batch = _step(operator_client, "check_batch", phone="0", points="1")
    for _again in range(count - 1):
        _step(operator_client, "check_batch", phone="0", points="1")
    operator_client.get(f"/admin/batches/{batch.pk}/")

    with django_assert_max_num_queries(12):
        page = operator_client.get(f"/admin/batches/{batch.pk}/").text

    assert page.count("No member has this phone.") == page.count("Chose the columns") == count


def test_the_result_file_can_be_mended_and_uploaded_and_what_is_done_is_known(
    operator_client: Client, member: Member
) -> None:
    _send(operator_client)
    _step(operator_client, "check_batch", phone="0", points="1")
    batch = _step(operator_client, "run_batch")

    answer = operator_client.get(f"/admin/batches/{batch.pk}/result/csv/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    assert text.splitlines() == [
        "Phone,Points,Reference,Result,Reason for the result",
        f"0812345678,100,batch:{batch.pk}:2,Done,",
        f"0899999999,5,batch:{batch.pk}:3,Error,No member has this phone.",
    ]
    _send(operator_client, text.replace("0899999999", "0812345678"))
    second = Batch.objects.order_by("pk").last()
    assert second is not None
    address = reverse("loyalty:check_batch", args=[second.pk])
    operator_client.post(address, {name: str(place) for name, place in second.columns.items()})
    batches.work_on(second.pk)
    assert list(second.rows.order_by("number").values_list("status", "problem")) == [
        ("skipped", "already_done"),
        ("ready", ""),
    ]


@pytest.mark.parametrize("kind", ["members", "phone", "number"])
def test_the_template_comes_back_with_its_phones_as_they_were(
    kind: str, operator_client: Client, programme: Programme
) -> None:
    sheet = b"".join(operator_client.get(f"/admin/batches/{kind}/template/xlsx/").streaming_content)

    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()

    assert rows[1][0] == {"members": "0812345678", "phone": "0812345678", "number": "10000001"}[kind]
    assert set(batches.guess(kind, [str(heading) for heading in rows[0]])) == {
        column.field for column in batches.COLUMNS[kind]
    }


@pytest.mark.parametrize("language", ["en", "th", "fa", "vi"])
@pytest.mark.parametrize("kind", ["members", "phone", "number"])
def test_the_template_speaks_the_reader_s_language_and_is_understood_in_every(
    kind: str, language: str, operator_client: Client, programme: Programme
) -> None:
    operator_client.post("/admin/language/save/", {"language": language})
    sent = b"".join(operator_client.get(f"/admin/batches/{kind}/template/csv/").streaming_content)

    headings = sent.decode("utf-8-sig").splitlines()[0].split(",")

    first = {"en": "Phone", "th": "เบอร์โทรศัพท์", "fa": "تلفن", "vi": "SĐT"}[language]
    assert kind == "number" or headings[0] == first
    fields = [column.field for column in batches.COLUMNS[kind]]
    assert batches.guess(kind, headings) == {field: place for place, field in enumerate(fields)}


def test_staff_find_none_of_it(
    make_backoffice: Callable[..., User],
    client_of: Callable[[User], Client],
    operator_client: Client,
    programme: Programme,
) -> None:
    _send(operator_client)
    staff = client_of(make_backoffice("till", Role.STAFF))

    found = {
        path: staff.get(path).status_code
        for path in (
            "/admin/import-user/",
            "/admin/adjust-by-phone/",
            f"/admin/batches/{Batch.objects.get().pk}/",
        )
    }

    assert set(found.values()) == {404}
    assert _send(staff).status_code == 404
    assert Batch.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_files_costs_the_same_with_one_and_with_three(
    count: int, operator_client: Client, programme: Programme, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        _send(operator_client, f"Phone,Points\n0812345678,{number + 1}\n")
    operator_client.get("/admin/adjust-by-phone/")

    with django_assert_max_num_queries(8):
        page = operator_client.get("/admin/adjust-by-phone/").content.decode()

    assert page.count("points.csv") == count
