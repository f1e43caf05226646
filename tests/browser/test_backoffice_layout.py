"""Where things stand in the backoffice on a phone and on a desk's screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from loyalty.enums import EntryKind, Role
from loyalty.models import LedgerEntry
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.office import make_clerk, make_programme, press, write

pytestmark = pytest.mark.browser


@pytest.fixture
def chief(make_person: Callable[..., User]) -> User:
    return make_clerk(make_person("chief"), Role.ADMIN)


def _box(place: Locator) -> dict[str, float]:
    box = place.bounding_box()
    assert box is not None
    return dict(box)


def test_points_and_reason_of_the_activity_log_are_on_a_phones_screen(
    open_browser: Callable[..., Page], chief: User
) -> None:
    LedgerEntry.objects.create(
        member=make_programme(), kind=EntryKind.ADJUSTMENT, points=50, reference="a", by=chief, note="ชดเชย"
    )
    page = open_browser(chief, viewport=PHONE)

    page.goto("/admin/activity-log/")

    card = page.get_by_role("row").filter(has_text="สมศรี ใจดี")
    for words in ("+50", "ชดเชย", chief.name):
        box = _box(card.get_by_text(words, exact=True))
        assert box["x"] >= 16, words
        assert box["x"] + box["width"] <= 344, words
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_a_files_button_keeps_away_from_its_first_rows(
    open_browser: Callable[..., Page], chief: User, tmp_path: Path, viewport: dict[str, int]
) -> None:
    make_programme()
    file = tmp_path / "rows.csv"
    file.write_text("เบอร์โทรศัพท์,คะแนน\n0812345678,50\n", encoding="utf-8")
    page = open_browser(chief, viewport=viewport)
    page.goto("/admin/adjust-by-phone/")
    page.locator("input[type=file]").set_input_files(file)
    write(page, "เหตุผล", "ชดเชย")

    press(page, "Upload")

    button = page.get_by_role("button", name="ตรวจสอบไฟล์")
    expect(button).to_be_visible()
    below = _box(page.get_by_role("region", name="แถวแรก"))["y"]
    assert below - (_box(button)["y"] + _box(button)["height"]) >= 16
