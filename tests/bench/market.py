"""A market of any size, by COPY: titles in four scripts out of a vocabulary."""

import itertools
import random

import psycopg

from marketplace.common.text import fold, search_chunks, search_lexemes

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


def fill(connection: "psycopg.Connection[tuple[object, ...]]", count: int, *, seed: int = 1) -> None:
    """`count` public services of 200 shops in 10 categories; indexes are rebuilt after the load."""
    rng = random.Random(seed)
    with connection.transaction():
        connection.execute(
            "INSERT INTO accounts_provider (name, slug, about, city, time_zone, currency, contact_email, contact_phone,"
            " photo, is_suspended, created_at) SELECT 'Shop ' || n, 'shop-' || n, '', '', 'Asia/Bangkok', 'THB', '',"
            " '', '', false, now() FROM generate_series(1, 200) n"
        )
        connection.execute(
            "INSERT INTO services_category (slug, icon, name_en, name_th, name_fa, name_vi, position)"
            " SELECT 'c' || n, 'cat-law', 'Category ' || n, 'หมวด ' || n, 'دسته ' || n, 'Loại ' || n, n"
            " FROM generate_series(1, 10) n"
        )
        providers = [row[0] for row in connection.execute("SELECT id FROM accounts_provider ORDER BY id")]
        categories = [row[0] for row in connection.execute("SELECT id FROM services_category ORDER BY id")]
        _copy(connection, rng, count, providers, categories)
    connection.execute("ANALYZE")


def _copy(connection, rng, count, providers, categories) -> None:  # type: ignore[no-untyped-def]
    vocabulary = {language: text.split() for language, text in WORDS.items()}
    lexemes = {word: search_lexemes(word) for words in vocabulary.values() for word in words}
    folded = {word: fold(word) for word in lexemes}
    for word in ADJECTIVES:
        lexemes[word], folded[word] = search_lexemes(word), word
    chunks = {chunk for word in lexemes for chunk in search_chunks(word)}
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO services_searchword (word) VALUES (%s) ON CONFLICT DO NOTHING",
            [(c,) for c in chunks],
        )
    columns = (
        "provider_id, category_id, title, description, price, duration_minutes, kind, photo, thumbnail, is_listed,"
        " unlisted_reason, is_public, search_text, search_vector, created_at, updated_at"
    )
    languages = list(vocabulary)
    with connection.cursor().copy(f"COPY services_service ({columns}) FROM STDIN") as copy:
        for number in range(count):
            language = languages[number % 4]
            words = [*rng.sample(vocabulary[language], LENGTHS[language]), rng.choice(ADJECTIVES)]
            vector = " ".join(sorted({f"'{lexeme}'" for word in words for lexeme in lexemes[word]}))
            copy.write_row(
                (
                    rng.choice(providers), rng.choice(categories), " ".join(words), "A good service.",
                    rng.randrange(100, 9000), 60, "video_call", "services/x.jpg", "services/x-small.jpg", True, "",
                    True, " ".join(folded[word] for word in words), vector, "2026-11-01", "2026-11-01",
                )
            )  # fmt: skip
