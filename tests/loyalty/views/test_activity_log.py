"""The Activity Log shows, narrows and exports what people and their files gave."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client

from accounts.models import User
from loyalty.domain import accept_invitation, batches, join, redeem
from loyalty.domain.counter import take_in_coupon
from loyalty.domain.programme import store_day
from loyalty.enums import BatchKind, Place, RewardKind, Right, Role
from loyalty.models import (
    Batch,
    BatchRow,
    Branch,
    LedgerEntry,
    Member,
    ReferralCampaign,
    Reward,
    RoleRights,
)
from loyalty.queries.batches import activity, activity_page, remarked

CONTENT = "Phone,Points\n0812345678,100\n0899999999,5\n"


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def operator(make_backoffice: Callable[..., User]) -> User:
    return make_backoffice("oper", Role.OPERATOR)


@pytest.fixture
def operator_client(operator: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(operator)


@pytest.fixture
def reward(db: None) -> Reward:
    return Reward.objects.create(name="50 off", kind=RewardKind.COUPON, points=0, discount=50)


@pytest.fixture
def campaign(db: None) -> ReferralCampaign:
    today = store_day()
    return ReferralCampaign.objects.create(name="Friends", starts_on=today, ends_on=today, inviter_points=100)


def _by_file(operator: User, content: str = CONTENT, note: str = "") -> Batch:
    file = io.BytesIO(content.encode())
    batch = batches.upload(file, name="points.csv", kind=BatchKind.BY_PHONE, by=operator, note=note)
    for step in (
        lambda: batches.begin_check(batch, columns=batch.columns, options={}, by=operator),
        lambda: batches.run(batch, by=operator),
    ):
        step()
        batches.work_on(batch.pk)
    return batch


def test_a_phone_shows_each_entry_as_a_card_that_names_its_parts(
    operator: User, operator_client: Client, member: Member
) -> None:
    batch = _by_file(operator, content="Phone,Points\n0812345678,100\n", note="Sorry")

    page = operator_client.get("/admin/activity-log/").content.decode()

    assert '<div class="office-table stacks"' in page
    cells = re.findall(r'<td[^>]* data-label="([^"]+)"[^>]*>(.*?)</td>', page)
    shown = {label: re.sub(r"<[^>]+>", "", inner) for label, inner in cells}
    assert list(shown) == ["Kind", "Points", "Reason", "By", "Branch", "Batch"]
    assert (shown["Points"], shown["Reason"], shown["By"]) == ("+100", "Sorry", operator.name)
    assert (shown["Branch"], shown["Batch"]) == ("", str(batch.pk))


def test_the_activity_log_shows_narrows_and_exports_what_people_gave(
    operator: User, operator_client: Client, member: Member, make_member: Callable[..., Member]
) -> None:
    make_member(name="=cmd()", phone="+66899999999")
    batch = _by_file(operator, note="=danger()")

    page = operator_client.get("/admin/activity-log/").content.decode()
    other = operator_client.get("/admin/activity-log/?kind=undo").content.decode()
    answer = operator_client.get(f"/admin/activity-log/export/csv/?batch={batch.pk}")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert page.count("=danger()") == 2
    assert "No entry is like that" in other
    assert len(lines) == 3
    assert "'=cmd()" in lines[1]
    assert "'=danger()" in lines[1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_activity_log_costs_the_same_with_one_row_and_with_three(
    count: int, operator: User, operator_client: Client, member: Member, django_assert_max_num_queries: Any
) -> None:
    _by_file(operator, "Phone,Points\n" + "0812345678,5\n" * count)
    operator_client.get("/admin/activity-log/")

    with django_assert_max_num_queries(9):
        page = operator_client.get("/admin/activity-log/").content.decode()

    assert page.count("+5</bdi></td>") == count


@pytest.mark.parametrize("file_is_newest", [True, False])
def test_the_log_of_a_person_has_what_was_given_one_by_one_and_by_files(
    file_is_newest: bool, operator: User, admin_client: Client, member: Member
) -> None:
    def by_hand() -> None:
        LedgerEntry.objects.create(
            member=member, kind="bonus", reference="a", points=7, by=operator, note="By hand"
        )

    def by_file() -> None:
        _by_file(operator, "Phone,Points\n0812345678,5\n", note="By file")

    for give in (by_hand, by_file) if file_is_newest else (by_file, by_hand):
        give()
    chief = User.objects.get(username="chief")
    LedgerEntry.objects.create(
        member=member, kind="bonus", reference="b", points=9, by=chief, note="By another"
    )

    page = admin_client.get(f"/admin/activity-log/?by={operator.pk}").text
    first, after = activity_page({"by": operator}, limit=1)
    rest, end = activity_page({"by": operator}, after, limit=1)

    assert [page.count(note) for note in ("By hand", "By file", "By another")] == [1, 1, 0]
    expected = ["By file", "By hand"] if file_is_newest else ["By hand", "By file"]
    assert ([entry.note for entry in first + rest], end) == (expected, None)


def test_a_narrowed_log_and_the_rows_of_a_clean_file_are_found_by_an_index(
    member: Member, operator: User, branch: Branch
) -> None:
    """Among many, with few that fit: the database need not read the others."""
    LedgerEntry.objects.bulk_create(
        LedgerEntry(member=member, kind="purchase", reference=f"n{n}", points=1, by=operator)
        for n in range(3000)
    )
    batch = _by_file(operator)
    BatchRow.objects.bulk_create(
        BatchRow(batch=batch, number=10 + n, status="done", member=member) for n in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE loyalty_ledgerentry, loyalty_batchrow")

    narrowed = [activity(wanted)[:51] for wanted in ({"kind": "returned"}, {"branch": branch})]
    nobody = activity({"by": User.objects.exclude(pk=operator.pk).first()}).filter(batch=None)[:51]
    rows = remarked(batch)[:100]

    assert [_index(asked) for asked in (*narrowed, nobody, rows)] == [
        "ledger_of_kind",
        "ledger_of_branch",
        "ledger_of_person",
        "batch_row_remark",
    ]


def _index(asked: QuerySet[Any]) -> str:
    """The one by which the database finds them."""
    found = re.findall(r"(?:using|on) ((?:ledger|batch)_\w+)", asked.explain())
    assert len(found) == 1, asked.explain()
    return str(found[0])


def test_who_gave_points_is_not_called_grouped_by_in_thai(admin_client: Client) -> None:
    admin_client.post("/admin/language/save/", {"language": "th"})

    page = admin_client.get("/admin/activity-log/").text
    table = admin_client.get("/admin/activity-log/export/csv/").getvalue().decode("utf-8-sig")

    assert "แบ่งตาม" not in page + table
    assert ",โดย," in table


def test_names_and_phones_are_for_who_may_open_member_detail(
    operator: User, operator_client: Client, member: Member, reward: Reward, campaign: ReferralCampaign
) -> None:
    _by_file(operator)
    friend = join(name="Boonmee Friend", phone="+66899999999")
    accept_invitation(friend, member.invite_code)
    redemption = redeem(member, reward, place=Place.ONLINE, form_token=uuid4())
    take_in_coupon(redemption, form_token="a", amount=None, by=operator, branch=None)
    pages = (
        "/admin/activity-log/",
        "/admin/activity-log/coupons/",
        "/admin/activity-log/export/csv/",
        "/admin/home/",
        f"/admin/friends/{campaign.pk}/",
        f"/admin/friends/{campaign.pk}/export/",
        f"/admin/rewards/{reward.pk}/redemptions/",
        f"/admin/rewards/{reward.pk}/redemptions/?export=csv",
        f"/admin/earning/?amount=1&member={member.number}",
    )

    def told(address: str) -> tuple[bool, bool]:
        """Whether the page names the member, by name or phone, and by Member ID."""
        answer = operator_client.get(address)
        assert answer.status_code == 200
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = content.decode()
        return any(part in text for part in ("Somsri", "812345678", "Boonmee")), member.number in text

    before = [told(address) for address in pages]
    rights = [right for right in Right if right not in (Right.MEMBERS, Right.PERMISSIONS)]
    RoleRights.objects.update_or_create(role=Role.OPERATOR, defaults={"rights": rights})
    after = [told(address) for address in pages]

    assert [named for named, _number in before] == [True] * len(pages)
    assert after == [(False, True)] * len(pages)
    assert operator_client.get("/admin/activity-log/members/").status_code == 404
