import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.common.text import fold, fold_digits, search_chunks, search_lexemes, search_query

THAI = "".join(chr(c) for c in [*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E4F)])
OURS = st.text(THAI + "abĐặờêéZ ิ่็-'&|!:*()\\\u200c\u200b" + "یيکكةأۀمخوا ـَ" + "09๓۵٧٫٬", max_size=30)


def matches(query: str, text: str) -> bool:
    """What PostgreSQL answers for `array_to_tsvector(search_lexemes(text)) @@ query::tsquery`."""
    stored = search_lexemes(text)

    def term(found: re.Match[str]) -> str:
        word, prefix = found[1], bool(found[2])
        return str(any(s.startswith(word) if prefix else s == word for s in stored))

    expression = re.sub(r"'([^']*)'(:\*)?", term, query).replace("&", " and ").replace("|", " or ")
    return bool(expression) and bool(eval(expression))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đặng Thị Hằng", "dang thi hang"),
        ("GIẶT ỦI", "giat ui"),
        ("đường", "duong"),
        ("Café — WiFi!", "cafe wifi"),
        ("Straße", "strasse"),
        ("นวดแผนไทย", "นวดแผนไทย"),
        ("น้ำ", "น้ำ"),
        ("น\u0e4d\u0e49า", "น้ำ"),
        ("เเม่บ้าน", "แม่บ้าน"),
        ("ท\u0e48\u0e35", "ที่"),
        ("ต่างๆ", "ต่าง"),
        ("กรุงเทพฯ", "กรุงเทพ"),
        ("นวด\u200bไทย", "นวดไทย"),
        ("ห้อง ๑๐๑", "ห้อง 101"),
        ("كتاب يك", "کتاب یک"),
        ("أإآٱ", "اااا"),
        ("خانۀ مدرسة", "خانه مدرسه"),
        ("مُحَمَّد", "محمد"),
        ("کـــتاب", "کتاب"),
        ("می\u200cخواهم", "میخواهم"),
        ("۱۲۳ ٤٥٦", "123 456"),
        ("قیمت؟ ۵،۰۰۰", "قیمت 5 000"),
        ("  \n\t ", ""),
    ],
)
def test_text_folds_to_its_search_form(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_thai_words_that_differ_by_a_tone_stay_apart() -> None:
    assert len({fold(word) for word in ("เสือ", "เสื้อ", "เสื่อ")}) == 3


def test_every_single_character_folds_once_and_for_all() -> None:
    characters = [chr(c) for c in range(0x30000) if not 0xD800 <= c < 0xE000]

    unstable = [c for c in characters if fold(fold(c)) != fold(c)]

    assert unstable == []


@given(st.text() | OURS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("typed", "ascii_digits"),
    [
        ("๑๒:๓๐", "12:30"),
        ("۱۲۳۴", "1234"),
        ("٠٩", "09"),
        ("۱٬۲۳۴٫۵", "1,234.5"),
        ("۱،۲۳۴", "1,234"),
        ("سلام، خوبی", "سلام، خوبی"),
        ("Ặ", "Ặ"),
    ],
)
def test_only_digits_and_number_signs_change(typed: str, ascii_digits: str) -> None:
    assert fold_digits(typed) == ascii_digits


@pytest.mark.parametrize(
    ("text", "lexemes"),
    [
        ("Giặt ủi", ["giat", "ui"]),
        ("นวดไทย", ["นวด", "วดไ", "ดไท", "ไทย", "ทย", "ย"]),
        ("iPhone15โปร", ["iphone15", "โปร", "ปร", "ร"]),
        ("می\u200cخواهم", ["میخواهم", "می", "خواهم"]),
        ("wi wi", ["wi"]),
        ("!?", []),
    ],
)
def test_stored_terms(text: str, lexemes: list[str]) -> None:
    assert search_lexemes(text) == lexemes


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("giặt ủi", "'giat':* & 'ui':*"),
        ("นวด", "'นวด'"),
        ("นวดไทย", "'นวด' & 'วดไ' & 'ดไท' & 'ไทย'"),
        ("สี", "'สี':*"),
        ("ห้อง", "'ห้อ' & 'อง':*"),  # to_tsquery would turn '้อง' into 'อง', which no text has
        ("می\u200cخواهم", "(('میخواهم':*) | ('می':* & 'خواهم':*))"),
        ("'); drop table --", "'drop':* & 'table':*"),
        ("& | ! :* \\ '", ""),
        ("", ""),
    ],
)
def test_query_text(typed: str, query: str) -> None:
    assert search_query(typed) == query


GOLDEN = [
    # what is stored, what finds it, what does not
    ("บริการนวดแผนไทยถึงบ้าน", ["นวด", "แผนไทย", "ถึงบ้าน", "ไทย", "บ้าน"], ["แผง", "นวล", "บาน"]),
    ("เสื้อสีแดง", ["สี", "แดง", "เสื้อ", "เสื้อ แดง", "สีแดง"], ["เสือ", "เสื่อ", "สีดำ"]),
    ("น้ำดื่ม ห้อง ๑๐๑", ["น\u0e4d\u0e49า", "นํ้า", "101", "๑๐๑", "ห้อง101"], ["นำ"]),
    ("می\u200cخواهم خانه را تمیز کنم", ["میخواهم", "می خواهم", "می\u200cخواهم", "مي", "خانة"], ["آشپز"]),
    ("كتابخانه يك", ["کتاب", "یک", "كتابخانه"], ["خانه"]),
    ("تعمیر کولر ۲۴ ساعته", ["24", "۲۴", "٢٤", "کولر", "كولر"], ["۲۵"]),
    ("Giặt ủi Đặng Thị Hằng", ["giat ui", "GIẶT", "dang", "hằng", "đặ"], ["dong", "ui giặc"]),
    ("House cleaning – Café Zoë", ["house", "clean", "cafe zoe", "CAFÉ"], ["leaning", "cafes"]),
]


@pytest.mark.parametrize(("stored", "typed"), [(s, t) for s, found, _ in GOLDEN for t in found])
def test_golden_queries_find(stored: str, typed: str) -> None:
    assert matches(search_query(typed), stored)


@pytest.mark.parametrize(("stored", "typed"), [(s, t) for s, _, missed in GOLDEN for t in missed])
def test_golden_queries_do_not_find(stored: str, typed: str) -> None:
    assert not matches(search_query(typed), stored)


@given(st.text(THAI, min_size=1, max_size=25), st.data())
def test_every_stretch_of_a_thai_run_finds_it(text: str, data: st.DataObject) -> None:
    words = fold(text).split()
    run = data.draw(st.sampled_from(words)) if words else "ก"
    start = data.draw(st.integers(0, len(run) - 1))
    end = data.draw(st.integers(start + 1, len(run)))

    assert matches(search_query(run[start:end]), text if words else "ก")


@given(st.lists(OURS, max_size=3).map(" ".join))
def test_a_text_is_found_by_itself(text: str) -> None:
    assert not fold(text) or matches(search_query(text), text)


@given(st.text() | OURS)
def test_a_query_holds_quoted_terms_and_operators_only(text: str) -> None:
    rest = re.sub(r"'[^'\\]+'(:\*)?", "", search_query(text))

    assert set(rest) <= set("&|() ")


@given(st.text(max_size=5000))
def test_a_query_stays_small(text: str) -> None:
    assert search_query(text).count("'") <= 2 * 2 * 200


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        ("Giặt ủi GIAT", ["giat"]),
        ("นวดแผนไทย ถึงบ้าน", ["นวดแผนไทย", "ถึงบ้าน"]),
        ("a" * 41, []),
        ("a" * 40, ["a" * 40]),
        ("ก" * 20 + "ข" * 20 + "ค" * 20, ["ก" * 20 + "ข" * 20, "ข" * 20 + "ค" * 20]),
    ],
)
def test_vocabulary_chunks(text: str, chunks: list[str]) -> None:
    assert search_chunks(text) == chunks
