"""Golden queries: what people type, in four languages, and what they must find."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Provider
from services.models import Category, Service
from services.queries.search import Filters, search

MARKET = (
    "Haircut at home",
    "Legal advice by video",
    "Piano lessons for beginners",
    "Natural-light portrait session",
    "ตัดผมและจัดทรงถึงบ้าน",
    "นวดแผนไทย 90 นาที",
    "ปรึกษากฎหมายกับทนายความ",
    "เสื้อยืดสกรีนลาย",
    "เสือดาวจำลอง",
    "مشاوره حقوقی آنلاین",
    "نگهداری وب‌سایت",
    "كلاس پيانو براي كودكان",
    "تعمیر گوشی ۲۴ ساعته",
    "Cắt tóc tại nhà",
    "Dạy đàn piano",
    "Sửa điện thoại",
    "May đo áo dài lụa Hà Đông",
)
GOLDEN = (
    # English: case, prefix, word order, punctuation
    ("HAIRCUT", ["Haircut at home"]),
    ("hairc", ["Haircut at home"]),
    ("video advice", ["Legal advice by video"]),
    ("natural light", ["Natural-light portrait session"]),
    ("lessons, piano!", ["Piano lessons for beginners"]),
    # Thai without spaces: the start, the middle and the end of a run; tone marks tell words apart
    ("ตัดผม", ["ตัดผมและจัดทรงถึงบ้าน"]),
    ("จัดทรง", ["ตัดผมและจัดทรงถึงบ้าน"]),
    ("ถึงบ้าน", ["ตัดผมและจัดทรงถึงบ้าน"]),
    ("นวด", ["นวดแผนไทย 90 นาที"]),
    ("แผนไทย ๙๐", ["นวดแผนไทย 90 นาที"]),
    ("ทนายความ กฎหมาย", ["ปรึกษากฎหมายกับทนายความ"]),
    ("เสื้อ", ["เสื้อยืดสกรีนลาย"]),
    ("เสือ", ["เสือดาวจำลอง"]),
    # Persian: either ya and kaf, with and without the joiner, Persian and Latin digits
    ("مشاوره حقوقي", ["مشاوره حقوقی آنلاین"]),
    ("کلاس پیانو", ["كلاس پيانو براي كودكان"]),
    ("وب‌سایت", ["نگهداری وب‌سایت"]),
    ("وبسایت", ["نگهداری وب‌سایت"]),
    ("وب سایت", ["نگهداری وب‌سایت"]),
    ("گوشی 24", ["تعمیر گوشی ۲۴ ساعته"]),
    # Vietnamese: with accents, without, in capitals, đ and d
    ("cắt tóc", ["Cắt tóc tại nhà"]),
    ("cat toc", ["Cắt tóc tại nhà"]),
    ("SỬA ĐIỆN THOẠI", ["Sửa điện thoại"]),
    ("ao dai ha dong", ["May đo áo dài lụa Hà Đông"]),
    # one word in two languages
    ("piano", ["Dạy đàn piano", "Piano lessons for beginners"]),
)
SLIPS = (
    ("hiarcut", "haircut", ["Haircut at home"]),
    ("haicut", "haircut", ["Haircut at home"]),
    ("portriat sesion", "portrait session", ["Natural-light portrait session"]),
    ("lgeal advise", "legal advice", ["Legal advice by video"]),
    ("นวดแพนไทย", "นวดแผนไทย", ["นวดแผนไทย 90 นาที"]),
    ("ปรึกษากฏหมาย", "ปรึกษากฎหมาย", ["ปรึกษากฎหมายกับทนายความ"]),
    ("مشوره", "مشاوره", ["مشاوره حقوقی آنلاین"]),
    ("thaoi", "thoai", ["Sửa điện thoại"]),
)


@pytest.fixture
def market(titles: Callable[..., None]) -> None:
    titles(*MARKET)


def found(text: str, filters: Filters | None = None) -> list[str]:
    ids = search(text, filters or Filters()).ids
    by_id = Service.objects.in_bulk(ids)
    return [by_id[pk].title for pk in ids]


def test_golden_queries(market: None) -> None:
    missed = {text: found(text) for text, expected in GOLDEN if found(text) != expected}

    assert missed == {}


@pytest.mark.parametrize(("typed", "mended", "expected"), SLIPS, ids=[slip[0] for slip in SLIPS])
def test_typing_slips_are_mended_and_said(market: None, typed: str, mended: str, expected: list[str]) -> None:
    result = search(typed, Filters())

    assert result.showing_for == mended
    assert found(typed) == expected


@pytest.mark.parametrize(
    "text", ["", "   ", "!?", "\u200c", "&|!:*", "'); DROP TABLE", "zzzqqq", "ก", "%", "_", "\\"]
)
def test_odd_queries_answer_with_no_error(market: None, text: str) -> None:
    assert isinstance(search(text, Filters()).ids, list)


def test_nothing_is_found_for_words_that_nobody_uses(market: None) -> None:
    result = search("zzzqqq", Filters())

    assert (result.ids, result.showing_for, result.did_you_mean) == ([], "", "")


def test_few_results_come_with_a_better_spelling(titles: Callable[..., None]) -> None:
    titles("Sewing pattern", "Saving plan", "Saving account", "Savong")

    result = search("savong", Filters())

    assert (len(result.ids), result.did_you_mean, result.showing_for) == (1, "", "")


def test_title_matches_come_before_description_matches(make_service: Callable[..., Service]) -> None:
    in_title = make_service("Yoga at dawn")
    in_description = make_service("Morning movement", description="Gentle yoga for everybody")

    assert search("yoga", Filters()).ids == [in_title.pk, in_description.pk]


def test_the_shop_is_found_by_its_name(service: Service) -> None:
    assert search("siam legal", Filters()).ids == [service.pk]


def test_unlisted_services_are_not_found(make_service: Callable[..., Service]) -> None:
    make_service("Yoga at dawn", is_listed=False)

    assert search("yoga", Filters()).ids == []


def test_filters_hold_in_both_steps(make_service: Callable[..., Service], category: Category) -> None:
    other = Category.objects.create(slug="food", icon="x", name_en="F", name_th="F", name_fa="F", name_vi="F")
    cheap = make_service("Yoga", price=Decimal(100), kind="on_site")
    dear = make_service("Yoga", price=Decimal(900))
    elsewhere = make_service("Dawn", description="yoga", price=Decimal(500), category=other)

    def ids(**filters: object) -> list[int]:
        return search("yoga", Filters(**filters)).ids  # type: ignore[arg-type]

    assert ids() == [dear.pk, cheap.pk, elsewhere.pk]
    assert ids(category_id=other.pk) == [elsewhere.pk]
    assert ids(kind="on_site") == [cheap.pk]
    assert ids(min_price=Decimal(500)) == [dear.pk, elsewhere.pk]
    assert ids(max_price=Decimal(500)) == [cheap.pk, elsewhere.pk]
    assert ids(sort="cheapest") == [cheap.pk, elsewhere.pk, dear.pk]
    assert ids(sort="dearest") == [dear.pk, elsewhere.pk, cheap.pk]


def test_asking_for_the_first_few_gives_the_same_ones(make_service: Callable[..., Service]) -> None:
    for n in range(8):
        make_service("Yoga" if n % 2 else "Dawn", description="yoga")

    assert search("yoga", Filters(), first=3).ids[:3] == search("yoga", Filters()).ids[:3]


def test_the_time_limit_of_a_search_does_not_outlive_it(market: None) -> None:
    search("yoga", Filters())

    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_a_search_that_takes_too_long_answers_with_what_it_has(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.queries import search as module

    monkeypatch.setattr(module, "_by_index", lambda *args: module._rows("SELECT pg_sleep(2), 1, true", []))

    assert search("advice", Filters()).ids == [service.pk]


def test_no_search_counts_or_skips(market: None) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        search("piano", Filters())

    text = " ".join(query["sql"] for query in queries).upper()
    assert "COUNT(" not in text
    assert "OFFSET" not in text


def test_another_shop_by_the_same_words(market: None, stranger: object, shop: Provider) -> None:
    assert search("another", Filters()).ids == []
