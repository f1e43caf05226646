"""Photos and files: what may be sent, and who may fetch it."""

import io
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.domain import remove_agent
from accounts.models import ProviderMember, User
from marketplace.common.errors import DomainError
from messaging.domain import close_thread, post_file
from messaging.models import Attachment, Message, Thread
from messaging.uploads import read_upload, safe_name

ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def photo(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#0b6e6e").save(out, kind)
    return out.getvalue()


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


DOCX = office("[Content_Types].xml", "word/document.xml")
XLSX = office("[Content_Types].xml", "xl/workbook.xml")


@pytest.mark.parametrize(
    ("name", "content", "stored_name", "content_type"),
    [
        ("holiday.png", photo(), "holiday.jpg", "image/jpeg"),
        ("lies.pdf", photo("JPEG"), "lies.jpg", "image/jpeg"),
        ("web.webp", photo("WEBP"), "web.jpg", "image/jpeg"),
        ("contract.pdf", b"%PDF-1.7\n%\xe2\xe3", "contract.pdf", "application/pdf"),
        (
            "สัญญา.docx",
            DOCX,
            "สัญญา.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            "prices.xlsx",
            XLSX,
            "prices.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        ("note.txt", "บันทึก".encode(), "note.txt", "text/plain"),
        ("old.txt", "บันทึก".encode("cp874"), "old.txt", "text/plain"),
        ("table.csv", b"name,price\nrice,20\n", "table.csv", "text/csv"),
        ("../../etc/passwd", b"plain words", "passwd.txt", "text/plain"),
    ],
)
def test_what_may_be_sent_is_named_by_its_content(
    name: str, content: bytes, stored_name: str, content_type: str
) -> None:
    upload = read_upload(SimpleUploadedFile(name, content))

    assert (upload.name, upload.content_type) == (stored_name, content_type)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "not_allowed"),
        ("a.txt", b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>", "not_allowed"),
        ("a.pdf", b"MZ\x90\x00", "not_allowed"),
        ("a.docx", office("evil.exe"), "not_allowed"),
        ("a.docx", office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "not_allowed"),
        ("a.docx", b"PK\x03\x04broken", "not_allowed"),
        ("a.txt", b"", "empty_file"),
        ("a.txt", b"x" * (10 * 1024 * 1024 + 1), "too_large"),
        ("a.png", b"\x89PNG\r\n\x1a\nbroken", "not_a_photo"),
    ],
    ids=["svg", "html", "exe", "zip", "macro", "broken zip", "empty", "too large", "broken photo"],
)
def test_anything_else_is_refused_and_nothing_is_stored(
    thread: Thread, customer: User, media: Path, name: str, content: bytes, code: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        post_file(thread, by=customer, file=SimpleUploadedFile(name, content))

    assert refusal.value.code == code
    assert refusal.value.sentence
    assert not Message.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a\u202egpj.exe", "agpj.pdf"),
        ("C:\\Users\\me\\bill.pdf", "bill.pdf"),
        ("..", "...pdf"),
        ("", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 120 + ".pdf"),
        ("line\nbreak.pdf", "linebreak.pdf"),
    ],
)
def test_a_name_is_one_short_printable_line(name: str, safe: str) -> None:
    assert safe_name(name, ".pdf") == safe


def test_a_photo_is_a_message_with_a_text_and_a_second_sending_is_the_same(
    thread: Thread, customer: User, media: Path
) -> None:
    client_id = uuid.uuid4()

    for _ in range(2):
        file = SimpleUploadedFile("me.png", photo())
        message = post_file(thread, by=customer, file=file, client_id=client_id, body="Look")

    assert (Message.objects.get(), message.kind, message.body) == (message, "file", "Look")
    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.width, attachment.height) == ("me.jpg", 40, 30)
    assert "me" not in Path(attachment.file.name).stem
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1


def test_a_closed_thread_takes_no_file(thread: Thread, customer: User, media: Path) -> None:
    close_thread(thread)

    with pytest.raises(DomainError) as refusal:
        post_file(thread, by=customer, file=SimpleUploadedFile("me.png", photo()))

    assert refusal.value.code == "thread_closed"
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_a_file_is_sent_by_the_form_with_and_without_scripts(
    client_of: ClientOf, customer: User, thread: Thread
) -> None:
    client = client_of(customer)

    plain = client.post(
        reverse("messaging:send", args=[thread.pk]),
        {"body": "", "client_id": str(uuid.uuid4()), "file": SimpleUploadedFile("a.png", photo())},
    )
    scripted = client.post(
        reverse("messaging:attach", args=[thread.pk]),
        {"body": "Two", "client_id": str(uuid.uuid4()), "file": SimpleUploadedFile("b.pdf", b"%PDF-1.7")},
        headers={"Accept": "application/json"},
    )

    assert plain.status_code == 302
    assert scripted.json()["message"]["attachments"] == [
        {
            "id": Attachment.objects.latest("pk").pk,
            "url": reverse("messaging:attachment", args=[Attachment.objects.latest("pk").pk]),
            "name": "b.pdf",
            "size": 8,
            "image": False,
            "width": None,
            "height": None,
        }
    ]


def test_a_refused_file_says_why_to_script_and_form(
    client_of: ClientOf, customer: User, thread: Thread
) -> None:
    client, url = client_of(customer), reverse("messaging:attach", args=[thread.pk])

    def said() -> dict[str, Any]:
        return {
            "client_id": str(uuid.uuid4()),
            "body": "kept",
            "file": SimpleUploadedFile("a.exe", b"MZ\x90\x00"),
        }

    scripted = client.post(url, said(), headers={"Accept": "application/json"})
    plain = client.post(url, said())

    sentence = "This kind of file cannot be sent. Photos, PDF, Word, Excel, text and CSV files can."
    assert (scripted.status_code, scripted.json()) == (409, {"code": "not_allowed", "sentence": sentence})
    assert sentence in plain.content.decode()
    assert "kept" in plain.content.decode()
    assert not Message.objects.exists()


def test_a_photo_shows_in_place_and_a_file_is_a_download_for_the_threads_people_alone(
    client_of: ClientOf, customer: User, provider: User, stranger: User, thread: Thread
) -> None:
    post_file(thread, by=customer, file=SimpleUploadedFile("a.png", photo()))
    post_file(thread, by=customer, file=SimpleUploadedFile("บิล.pdf", b"%PDF-1.7"))
    picture, document = Attachment.objects.order_by("pk")
    urls = [reverse("messaging:attachment", args=[a.pk]) for a in (picture, document)]

    for person in (customer, provider):
        shown, saved = (client_of(person).get(url) for url in urls)
        assert (shown.headers["Content-Type"], saved.headers["Content-Type"]) == (
            "image/jpeg",
            "application/pdf",
        )
        assert shown.headers["Content-Disposition"].startswith("inline")
        assert saved.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E0%B8%9A")
        assert {r.headers["X-Content-Type-Options"] for r in (shown, saved)} == {"nosniff"}
        assert b"".join(shown.streaming_content).startswith(b"\xff\xd8\xff")  # type: ignore[attr-defined]
        assert b"".join(saved.streaming_content) == b"%PDF-1.7"  # type: ignore[attr-defined]

    assert [client_of(stranger).get(url).status_code for url in urls] == [404, 404]
    assert [Client().get(url).status_code for url in urls] == [302, 302]


def test_a_file_that_is_gone_from_the_disk_is_not_found(
    client_of: ClientOf, customer: User, thread: Thread
) -> None:
    post_file(thread, by=customer, file=SimpleUploadedFile("a.pdf", b"%PDF-1.7"))
    attachment = Attachment.objects.get()
    Path(attachment.file.path).unlink()

    response = client_of(customer).get(reverse("messaging:attachment", args=[attachment.pk]))

    assert response.status_code == 404


def test_a_browser_that_kept_a_file_is_asked_each_time_whether_its_reader_may_still_see_it(
    client_of: ClientOf, agent: User, customer: User, thread: Thread
) -> None:
    post_file(thread, by=customer, file=SimpleUploadedFile("me.png", photo()))
    url = reverse("messaging:attachment", args=[Attachment.objects.get().pk])
    client = client_of(agent)

    first = client.get(url)
    assert len(b"".join(first.streaming_content)) > 0  # type: ignore[attr-defined]
    kept = {"If-None-Match": first["ETag"]}
    again = client.get(url, headers=kept)
    remove_agent(ProviderMember.objects.get(user=agent))
    after_leaving = client.get(url, headers=kept)
    reader = client_of(customer)
    to_the_customer = reader.get(url, headers=kept)
    reader.logout()
    after_log_out = reader.get(url, headers=kept)

    assert first["Cache-Control"] == again["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert after_leaving.status_code == 404
    assert to_the_customer.status_code == 304
    assert (after_log_out.status_code, after_log_out["Location"]) == (302, f"/accounts/login/?next={url}")


def test_another_file_is_not_taken_for_the_one_that_is_kept(
    client_of: ClientOf, customer: User, thread: Thread
) -> None:
    for size in ((40, 30), (30, 40)):
        post_file(thread, by=customer, file=SimpleUploadedFile("me.png", photo(size=size)))
    client = client_of(customer)
    one, other = (reverse("messaging:attachment", args=[a.pk]) for a in Attachment.objects.order_by("pk"))

    kept = client.get(one)
    answer = client.get(other, headers={"If-None-Match": kept["ETag"]})

    assert (kept.status_code, answer.status_code) == (200, 200)
    kept.close()
    answer.close()
