"""A market of any size, by COPY: titles in four scripts out of a vocabulary, in the columns of a real one."""

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from marketplace.common.text import fold, search_chunks
from services.queries.terms import facts_to_store, words_to_store

Connection = psycopg.Connection[tuple[object, ...]]
SHOPS, CATEGORIES, KINDS = 200, 10, ["video_call", "on_site", "goods"]

WORDS = {
    "th": "นวดไทย นวดน้ำมัน สปา ปรึกษากฎหมาย ทนายความ ตรวจสัญญา เรียนภาษาอังกฤษ สอนพิเศษ ล้างแอร์ ซ่อมมือถือ ทำความสะอาดบ้าน "
    "จัดดอกไม้ ถ่ายภาพ งานแต่งงาน ดูดวง ไพ่ยิปซี ทำเล็บ ตัดผม แปลเอกสาร ทำบัญชี ออกแบบเว็บไซต์ อาหารใต้ ผัดไทย ขนมไทย โยคะ",
    "fa": "مشاوره حقوقی خوشنویسی ترجمه کلاس آنلاین آشپزی ایرانی زعفران فرش‌شویی تعمیر موبایل عکاسی عروسی یوگا پیانو ریاضی "
    "زبان فارسی طراحی سایت حسابداری باغبانی گل‌آرایی خیاطی آرایشگری ماساژ",
    "vi": "tư vấn luật hợp đồng nấu ăn phở dạy tiếng Việt sửa điện thoại dọn nhà chụp ảnh cưới cắm hoa kế toán thiết kế web "
    "làm móng cắt tóc yoga piano toán bói bài dịch thuật",
    "en": "English lesson legal advice contract review piano yoga photography wedding cooking class garden cleaning repair "
    "phone translation accounting web design pottery coffee tailor haircut nails tarot massage",
}
LENGTHS = {"th": 3, "fa": 4, "vi": 5, "en": 4}
ADJECTIVES = [f"{a}{b}" for a, b in itertools.product("bcdfglmnprst", ["ana", "ela", "iro", "omu", "uvi"])]
RARE = [
    f"{a}{b}{c}" for a, b, c in itertools.product(ADJECTIVES, "kvzx", ["atu", "emi", "ilo", "oru", "ush"])
]
COLUMNS = (
    "id, provider_id, category_id, title, description, price, duration_minutes, kind, photo, thumbnail, is_listed,"
    " unlisted_reason, is_public, search_text, search_vector, created_at, updated_at"
)


def fill(connection: Connection, count: int, *, seed: int = 1) -> None:
    """`count` public services of 200 shops in 10 categories, in the columns as services.domain writes them."""
    connection.execute(
        "INSERT INTO accounts_provider (id, name, slug, about, city, time_zone, currency, contact_email,"
        " contact_phone, photo, is_suspended, created_at) SELECT n, 'Shop ' || n, 'shop-' || n, '', '',"
        f" 'Asia/Bangkok', 'THB', '', '', '', false, now() FROM generate_series(1, {SHOPS}) n"
    )
    connection.execute(
        "INSERT INTO services_category (id, slug, icon, name_en, name_th, name_fa, name_vi, position)"
        " SELECT n, 'c' || n, 'cat-law', 'Category ' || n, 'หมวด ' || n, 'دسته ' || n, 'Loại ' || n, n"
        f" FROM generate_series(1, {CATEGORIES}) n"
    )
    chunks = {chunk for words in _vocabulary().values() for word in words for chunk in search_chunks(word)}
    chunks.update(ADJECTIVES, RARE)
    connection.execute("INSERT INTO services_searchword (word) SELECT unnest(%s::text[])", [list(chunks)])
    with (
        _without_indexes(connection, "services_service"),
        connection.cursor().copy(f"COPY services_service ({COLUMNS}) FROM STDIN") as copy,
    ):
        for row in _rows(random.Random(seed), count):
            copy.write_row(row)
    for table in ("accounts_provider", "services_category", "services_service"):
        connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    connection.execute("VACUUM ANALYZE")  # as autovacuum would have by the time that people come


@contextmanager
def _without_indexes(connection: Connection, table: str) -> Iterator[None]:
    """Drops the indexes (not the constraints) and makes them again afterwards, which is far quicker."""
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        [table],
    ).fetchall()
    for name, _definition in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    connection.execute("SET maintenance_work_mem = '256MB'")
    for _name, definition in indexes:
        connection.execute(str(definition))


def _vocabulary() -> dict[str, list[str]]:
    return {language: text.split() for language, text in WORDS.items()}


def _rows(rng: random.Random, count: int) -> Iterator[tuple[object, ...]]:
    """A title is of words that many have and one that few have; a description of a sentence that all have
    and words that many have."""
    vocabulary = _vocabulary()
    languages = list(vocabulary)
    every_word = [*itertools.chain(*vocabulary.values()), *ADJECTIVES, *RARE]
    folded = {word: fold(word) for word in every_word}
    named = {word: words_to_store(word, "") for word in every_word}
    described = {word: words_to_store("", word) for word in every_word}
    everywhere = words_to_store("Shop", "A good service.")
    shops = {number: words_to_store(str(number), "") for number in range(1, SHOPS + 1)}
    for pk in range(1, count + 1):
        words = vocabulary[language := languages[pk % len(languages)]]
        title = [*rng.sample(words, LENGTHS[language]), rng.choice(rng.choice((ADJECTIVES, RARE)))]
        about = rng.sample(words, 6)
        shop, category, kind = rng.randint(1, SHOPS), rng.randint(1, CATEGORIES), rng.choice(KINDS)
        price = rng.randrange(100, 9000)
        terms = set(everywhere).union(
            shops[shop],
            *(named[word] for word in title),
            *(described[word] for word in about),
            facts_to_store(pk, category, kind, price),
        )
        yield (
            pk, shop, category, " ".join(title), "A good service. " + " ".join(about), price, 60, kind,
            "services/x.jpg", "services/x-small.jpg", True, "", True,
            f" {' '.join(folded[word] for word in title)}\n shop {shop}",
            " ".join(f"'{term}'" for term in sorted(terms)), "2026-11-01", "2026-11-01",
        )  # fmt: skip
