"""The texts of a shop's SMS: the first ones, a shop's own, and what is refused."""

import re

import pytest

from accounts.models import Provider
from delivery.domain.previews import preview_of
from delivery.domain.texts import fill, is_on, reset_text, save_text, switch, text_of
from delivery.models import MessageText
from delivery.texts import DEFAULTS, VARIABLES, TextKind
from marketplace.common.errors import DomainError
from marketplace.notify.sms_parts import count_parts

ANNOUNCEMENT = TextKind.COURIER_ANNOUNCEMENT


@pytest.mark.parametrize("kind", list(TextKind))
@pytest.mark.parametrize("language", ["en", "th", "fa", "vi"])
def test_every_first_text_is_there_and_names_only_its_variables(kind: TextKind, language: str) -> None:
    names = set(re.findall(r"\{(.*?)\}", DEFAULTS[kind][language]))

    assert names
    assert names <= set(VARIABLES[kind])


EXAMPLES = {
    "en": {"address": "12 Market Street, 3rd floor", "amount": "450 THB", "shop": "Siam Legal"},
    "th": {"address": "12 ถนนเจริญกรุง บางรัก กรุงเทพฯ", "amount": "฿450", "shop": "ร้านชาใจดี"},
    "fa": {"address": "تهران، خیابان ولیعصر، پلاک ۱۲", "amount": "۴۵۰٬۰۰۰ ریال", "shop": "چای لاهیجان"},
    "vi": {"address": "12 Hàng Gai, Hoàn Kiếm, Hà Nội", "amount": "450.000 ₫", "shop": "Trà Sen"},
}
SHARED = {"number": "100042", "link": f"https://market.example/t/{'x' * 24}/", "reason": "-"}


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        # (English, Thai, Persian, Vietnamese); a link alone takes fifty characters of the seventy.
        (TextKind.COURIER_ANNOUNCEMENT, (1, 2, 2, 2)),
        (TextKind.COURIER_TAKEN_BACK, (1, 1, 1, 1)),
        (TextKind.CUSTOMER_ON_THE_WAY, (1, 2, 2, 2)),
        (TextKind.CUSTOMER_DELIVERED, (1, 1, 1, 1)),
        (TextKind.CUSTOMER_FAILED, (1, 2, 2, 2)),
    ],
)
def test_the_first_texts_fit_into_few_parts(kind: TextKind, parts: tuple[int, ...]) -> None:
    texts = {language: fill(DEFAULTS[kind][language], SHARED | EXAMPLES[language]) for language in EXAMPLES}

    assert tuple(count_parts(text).count for text in texts.values()) == parts


def test_a_line_whose_variables_are_all_empty_is_left_out() -> None:
    text = "Order {number}\nCollect {amount}\nCall {phone} or {name}\nNo variable\n{link}"

    assert fill(text, {"number": "1", "name": "Malee"}) == "Order 1\nCall {phone} or Malee\nNo variable"
    assert fill(text, {"number": "1", "amount": "", "phone": "", "name": "Malee", "link": ""}) == (
        "Order 1\nCall or Malee\nNo variable"
    )


def test_a_shop_writes_its_own_and_goes_back_to_the_first(shop: Provider) -> None:
    save_text(shop, ANNOUNCEMENT, "th", " ไปส่ง {number}  \r\n{link}\n\n")
    assert text_of(shop, ANNOUNCEMENT, "th") == "ไปส่ง {number}\n{link}"
    assert text_of(shop, ANNOUNCEMENT, "fa") == DEFAULTS[ANNOUNCEMENT]["fa"]

    reset_text(shop, ANNOUNCEMENT, "th")
    assert text_of(shop, ANNOUNCEMENT, "th") == DEFAULTS[ANNOUNCEMENT]["th"]
    save_text(shop, ANNOUNCEMENT, "th", DEFAULTS[ANNOUNCEMENT]["th"])
    assert not MessageText.objects.exists()


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        (" \n ", "empty", "Write a text, or switch it off."),
        ("x" * 501, "long", "At most 500 characters, please."),
        (
            "Hello {nmae}",
            "unknown_variable",
            "\u2068{nmae}\u2069 is no variable of this text. Choose one from the list below it.",
        ),
        (
            "{reason} {} {number}",
            "unknown_variable",
            "\u2068{reason}\u2069, \u2068{}\u2069 are no variables of this text. "
            "Choose from the list below it.",
        ),
    ],
)
def test_a_text_that_cannot_go_out_is_refused(text: str, code: str, sentence: str, shop: Provider) -> None:
    with pytest.raises(DomainError) as refusal:
        save_text(shop, ANNOUNCEMENT, "en", text)

    assert (refusal.value.code, refusal.value.sentence) == (code, sentence)
    assert not MessageText.objects.exists()


def test_a_brace_that_is_no_variable_may_stand(shop: Provider) -> None:
    save_text(shop, ANNOUNCEMENT, "en", "{number} {: )} and { more }")

    assert fill(text_of(shop, ANNOUNCEMENT, "en"), {"number": "7"}) == "7 {: )} and { more }"


def test_couriers_texts_are_on_at_first_and_customers_off(shop: Provider) -> None:
    assert [is_on(shop, kind) for kind in TextKind] == [True, True, False, False, False]

    switch(shop, TextKind.CUSTOMER_DELIVERED, on=True)
    switch(shop, ANNOUNCEMENT, on=False)
    assert [is_on(shop, kind) for kind in TextKind] == [False, True, False, True, False]


def test_without_an_order_the_preview_is_an_example(shop: Provider) -> None:
    preview = preview_of(shop, ANNOUNCEMENT, "en", "{number} {name} {total} {nmae}")

    # The total is not for couriers, as the delivery settings say at first.
    assert (preview.text, preview.order, preview.unknown) == (
        "100042 Malee Suksan {nmae}",
        "",
        ("{nmae}",),
    )
