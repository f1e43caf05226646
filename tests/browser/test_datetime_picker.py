"""The calendar popover in a real Chromium, on a static page: no Django, no database."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from persiantools.jdatetime import JalaliDate
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
# Noon UTC on 22 November 2026: the same day in every zone used here.
NOW = datetime(2026, 11, 22, 12, 3, tzinfo=UTC)
LABELS = {
    "en": ("Now", "Done"),
    "th": ("Now", "Done"),
    "fa": ("اکنون", "تمام"),
    "vi": ("Bây giờ", "Xong"),
}
ZONES = {"en": "UTC", "th": "Asia/Bangkok", "fa": "Asia/Tehran", "vi": "Asia/Ho_Chi_Minh"}
NOW_TEXT = {
    "en": "2026-11-22 12:03",
    "th": "22/11/2569 19:03",
    "fa": "۱۴۰۵/۰۹/۰۱ ۱۵:۳۳",
    "vi": "22/11/2026 19:03",
}
LAST_OF_NOVEMBER = {
    "en": "2026-11-30 14:30",
    "th": "30/11/2569 14:30",
    "fa": "۱۴۰۵/۰۹/۰۹ ۱۴:۳۰",
    "vi": "30/11/2026 14:30",
}
LANGUAGES = list(LABELS)

PAGE = """<!doctype html><html lang="{language}" dir="{dir}"><meta charset="utf-8"><title>t</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'self'; style-src 'self'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/common/datetime_picker.css">
<script type="module" src="/static/common/datetime_picker.js"></script>
<form><label for="f">When</label>
<input id="f" name="f" dir="ltr" data-datetime-picker="{kind}" data-language="{language}"
 data-timezone="{zone}" data-label-open="Open calendar" data-label-now="{now}" data-label-done="{done}"
 data-label-previous="Previous month" data-label-next="Next month"
 data-label-hour="Hour" data-label-minute="Minute" aria-describedby="help">
<div id="help">help</div></form></html>"""


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
            return
        if not self.path.startswith("/page/"):
            super().do_GET()
            return
        language, kind = self.path.split("/")[2:4]
        now, done = LABELS[language]
        body = PAGE.format(
            language=language,
            kind=kind,
            zone=ZONES[language],
            now=now,
            done=done,
            dir="rtl" if language == "fa" else "ltr",
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def translate_path(self, path: str) -> str:
        if path == "/static/vendor/jalaali.js":
            return str(ROOT / "node_modules/jalaali-js/dist/index.js")
        return super().translate_path(path)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(ROOT)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 800, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.clock.set_fixed_time(NOW)
    yield page
    context.close()
    assert errors == []


def visit(tab: Page, site: str, language: str, kind: str = "datetime") -> None:
    tab.goto(f"{site}/page/{language}/{kind}")
    tab.evaluate(
        "() => { window.fired = []; for (const name of ['input', 'change'])"
        " document.querySelector('#f').addEventListener(name, () => fired.push(name)) }"
    )


def open_picker(tab: Page) -> None:
    tab.get_by_role("button", name="Open calendar").click()
    expect(tab.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_now_writes_the_zones_present_and_done_closes(tab: Page, site: str, language: str) -> None:
    now, done = LABELS[language]
    visit(tab, site, language)
    open_picker(tab)

    tab.get_by_role("button", name=now, exact=True).click()
    expect(tab.locator("#f")).to_have_value(NOW_TEXT[language])
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.get_by_role("button", name=done, exact=True).click()

    expect(tab.get_by_role("dialog")).to_be_hidden()
    expect(tab.get_by_role("button", name="Open calendar")).to_be_focused()
    expect(tab.locator("#f")).to_have_value(NOW_TEXT[language])
    assert tab.evaluate("fired") == ["input", "change"]


@pytest.mark.parametrize(
    ("language", "title", "first_weekday", "chosen_day"),
    [
        ("en", "November 2026", "Monday", "22"),
        ("th", "พฤศจิกายน 2569", "วันอาทิตย์", "22"),
        ("fa", "آذر ۱۴۰۵", "شنبه", "۱"),
        ("vi", "tháng 11 năm 2026", "Thứ Hai", "22"),
    ],
)
def test_the_month_is_the_readers(
    tab: Page, site: str, language: str, title: str, first_weekday: str, chosen_day: str
) -> None:
    visit(tab, site, language)
    tab.locator("#f").fill("2026-11-22 14:30")
    open_picker(tab)

    expect(tab.locator(".dtp-title")).to_have_text(title)
    expect(tab.locator("th").first).to_have_attribute("abbr", first_weekday)
    expect(tab.locator('[role=gridcell][aria-selected="true"]')).to_have_text(chosen_day)
    expect(tab.locator('[role=gridcell][aria-current="date"]')).to_have_text(chosen_day)
    expect(tab.locator(".dtp-popover")).to_have_attribute("dir", "rtl" if language == "fa" else "ltr")


@pytest.mark.parametrize(
    ("language", "typed", "echo"),
    [
        ("en", "2026-11-22 14:30", "Sunday, 22 November 2026 14:30 · UTC"),
        ("th", "22/11/2569 14:30", "วันอาทิตย์ที่ 22 พฤศจิกายน 2569 14:30 · Asia/Bangkok (UTC+7)"),
        ("fa", "۱۴۰۵/۰۹/۰۱ ۱۴:۳۰", "یکشنبه ۱ آذر ۱۴۰۵ ۱۴:۳۰ · Asia/Tehran (UTC+3:30)"),
        ("vi", "22/11/2026 14:30", "Chủ Nhật, 22 tháng 11, 2026 14:30 · Asia/Ho_Chi_Minh (UTC+7)"),
    ],
)
def test_typed_text_is_echoed_in_the_readers_calendar_and_left_alone(
    tab: Page, site: str, language: str, typed: str, echo: str
) -> None:
    visit(tab, site, language)
    tab.locator("#f").fill(typed)

    expect(tab.locator(".dtp-echo")).to_have_text(echo)
    open_picker(tab)
    tab.keyboard.press("Escape")
    expect(tab.locator("#f")).to_have_value(typed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keyboard_alone_picks_a_day(tab: Page, site: str, language: str) -> None:
    forward = "ArrowLeft" if language == "fa" else "ArrowRight"
    visit(tab, site, language)
    tab.locator("#f").fill("2026-11-22 14:30")
    tab.get_by_role("button", name="Open calendar").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator('[data-day="2026-11-22"]')).to_be_focused()

    for key in (forward, "ArrowDown", "ArrowUp", "ArrowDown", "PageDown", "PageUp"):
        tab.keyboard.press(key)
    expect(tab.locator('[data-day="2026-11-30"]')).to_be_focused()
    expect(tab.locator("#f")).to_have_value("2026-11-22 14:30")
    tab.keyboard.press("Enter")
    expect(tab.locator("#f")).to_have_value(LAST_OF_NOVEMBER[language])
    expect(tab.locator('[data-day="2026-11-30"]')).to_have_attribute("aria-selected", "true")
    tab.keyboard.press("Escape")

    expect(tab.get_by_role("dialog")).to_be_hidden()
    expect(tab.get_by_role("button", name="Open calendar")).to_be_focused()
    expect(tab.locator("#f")).to_have_value(LAST_OF_NOVEMBER[language])


@pytest.mark.parametrize(
    ("language", "home", "end"),
    [
        ("en", "2026-11-23", "2026-11-29"),
        ("vi", "2026-11-23", "2026-11-29"),
        ("th", "2026-11-22", "2026-11-28"),
        ("fa", "2026-11-21", "2026-11-27"),
    ],
)
def test_home_and_end_go_to_the_ends_of_the_readers_week(
    tab: Page, site: str, language: str, home: str, end: str
) -> None:
    visit(tab, site, language)
    tab.locator("#f").fill("2026-11-25 08:00")
    open_picker(tab)

    tab.keyboard.press("End")
    expect(tab.locator(f'[data-day="{end}"]')).to_be_focused()
    tab.keyboard.press("Home")
    expect(tab.locator(f'[data-day="{home}"]')).to_be_focused()


def test_a_shorter_month_takes_its_last_day(tab: Page, site: str) -> None:
    visit(tab, site, "fa")
    tab.locator("#f").fill("1405/06/31 08:00")
    open_picker(tab)

    tab.keyboard.press("PageDown")
    tab.keyboard.press("Enter")

    expect(tab.locator("#f")).to_have_value("۱۴۰۵/۰۷/۳۰ ۰۸:۰۰")


def test_time_is_picked_in_steps_beside_the_exact_minute(tab: Page, site: str) -> None:
    visit(tab, site, "th")
    tab.locator("#f").fill("2026-11-22 14:32")
    open_picker(tab)

    minutes = tab.get_by_label("Minute").locator("option").all_inner_texts()
    tab.get_by_label("Hour").select_option("9")
    expect(tab.locator("#f")).to_have_value("22/11/2569 09:32")
    tab.get_by_label("Minute").select_option("45")

    assert minutes == ["00", "05", "10", "15", "20", "25", "30", "32", "35", "40", "45", "50", "55"]
    expect(tab.locator("#f")).to_have_value("22/11/2569 09:45")


def test_the_date_variant_has_no_time(tab: Page, site: str) -> None:
    visit(tab, site, "th", "date")
    open_picker(tab)

    tab.locator('[data-day="2026-11-25"]').click()

    expect(tab.locator("#f")).to_have_value("25/11/2569")
    expect(tab.get_by_label("Hour")).to_have_count(0)


def test_the_popover_stands_under_the_field_and_is_a_sheet_on_a_phone(tab: Page, site: str) -> None:
    visit(tab, site, "en")
    open_picker(tab)
    field = tab.locator("#f").bounding_box()
    wide = tab.locator(".dtp-popover").bounding_box()
    tab.set_viewport_size({"width": 360, "height": 740})
    sheet = tab.locator(".dtp-popover").bounding_box()
    day = tab.locator(".dtp-day").first.bounding_box()

    assert field
    assert wide
    assert sheet
    assert day
    assert 0 <= wide["y"] - (field["y"] + field["height"]) < 40
    assert (sheet["x"], sheet["width"], sheet["y"] + sheet["height"]) == (0, 360, 740)
    assert day["width"] >= 44
    assert day["height"] >= 44


def test_the_fields_own_description_stays_and_the_echo_joins_it(tab: Page, site: str) -> None:
    visit(tab, site, "en")

    described = (tab.locator("#f").get_attribute("aria-describedby") or "").split()

    assert described[0] == "help"
    assert tab.locator(".dtp-echo").get_attribute("id") == described[1]


def test_browser_and_server_agree_on_solar_hijri_years(tab: Page, site: str) -> None:
    """The picker uses jalaali-js, the server persiantools: every first day of a year from 1300 to 1500."""
    visit(tab, site, "fa")

    browser = tab.evaluate(
        """async () => {
          const { toGregorian } = await import("/static/vendor/jalaali.js");
          return Array.from({ length: 201 }, (_, i) => Object.values(toGregorian(1300 + i, 1, 1)));
        }"""
    )

    server = [JalaliDate(year, 1, 1).to_gregorian() for year in range(1300, 1501)]
    assert browser == [[day.year, day.month, day.day] for day in server]


def test_a_click_into_the_box_opens_the_calendar_and_typing_goes_on(tab: Page, site: str) -> None:
    visit(tab, site, "en")
    field, calendar = tab.locator("#f"), tab.get_by_role("dialog")

    field.click()
    expect(calendar).to_be_visible()
    tab.keyboard.type("2026-12-24 08:15")

    expect(field).to_have_value("2026-12-24 08:15")
    expect(calendar.get_by_role("gridcell", selected=True)).to_have_attribute("data-day", "2026-12-24")
    field.click()
    expect(calendar).to_be_hidden()
    expect(field).to_be_focused()


def test_a_tap_into_the_box_moves_into_the_calendar_and_a_second_one_back(
    chromium: Browser, site: str
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    tab = context.new_page()
    visit(tab, site, "th")
    field, calendar = tab.locator("#f"), tab.get_by_role("dialog")

    field.tap()
    expect(calendar).to_be_visible()
    expect(field).not_to_be_focused()
    field.tap()

    expect(calendar).to_be_hidden()
    expect(field).to_be_focused()
    context.close()


@pytest.mark.parametrize("top", [380, 700])
def test_the_calendar_stays_in_the_window_where_the_field_has_no_room_below(
    tab: Page, site: str, top: int
) -> None:
    tab.set_viewport_size({"width": 1280, "height": 800})
    visit(tab, site, "th")
    tab.evaluate(
        """(top) => {
          const form = document.querySelector("form");
          [form.style.paddingTop, form.style.paddingBottom] = [`${top + 300}px`, "1500px"];
          scrollTo(0, 300);
        }""",
        top,
    )

    tab.locator("#f").click()

    calendar = tab.get_by_role("dialog").bounding_box()
    assert calendar is not None
    assert calendar["y"] >= 0
    assert calendar["y"] + calendar["height"] <= 800
    tab.get_by_role("button", name="Done", exact=True).click()
    expect(tab.get_by_role("dialog")).to_be_hidden()
