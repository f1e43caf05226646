"""Finding one of many couriers by what a dispatcher types."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Provider
from delivery.models import Courier
from delivery.queries.couriers import MOST_CHOICES, choices_for, couriers_page


@pytest.fixture
def riders(make_person: Callable[..., Any], shop: Provider) -> dict[str, Courier]:
    people = {
        "reza": ("رضا کریمی", "+989123456789"),
        "nguyen": ("Nguyễn Văn Đức", "+84912345678"),
        "somchai": ("สมชาย ใจดี", "+66812345678"),
        "nameless": ("", ""),
    }
    return {
        username: Courier.objects.create(
            user=make_person(username, email="", display_name=name, phone=phone), provider=shop
        )
        for username, (name, phone) in people.items()
    }


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("رضا كريمي", ["reza"]),  # with the Arabic letters of another keyboard
        ("van nguyen", ["nguyen"]),  # no accents, another sequence
        ("ĐỨC", ["nguyen"]),
        ("ใจดี", ["somchai"]),
        ("nameless", ["nameless"]),  # whom others know by the username
        ("۰۹۱۲ ۳۴۵ ۶۷۸۹", ["reza"]),  # as the phone is dialled at home, in Persian digits
        ("081-234-5678", ["somchai"]),
        ("+66 81 234", ["somchai"]),
        ("0066 81", ["somchai"]),
        ("๘๑๒๓๔", ["somchai"]),
        ("2345678", ["nguyen", "reza", "somchai"]),
        ("reza somchai", []),
        ("%", []),
        ("0", []),
    ],
)
def test_a_courier_is_found_by_name_or_phone_however_it_is_typed(
    typed: str, found: list[str], riders: dict[str, Courier], shop: Provider
) -> None:
    choices, has_more = choices_for(shop, [], search=typed)
    page, _more = couriers_page(shop, search=typed)

    assert sorted(choice.courier.user.username for choice in choices) == found
    assert sorted(row.courier.user.username for row in page) == found
    assert not has_more


def test_spaces_alone_are_no_search(riders: dict[str, Courier], shop: Provider) -> None:
    choices, _more = choices_for(shop, [], search="   ")

    assert len(choices) == 4


def test_the_sixty_first_is_found_by_name_and_by_phone(
    make_rider: Callable[..., Courier], shop: Provider
) -> None:
    riders = [make_rider(f"rider{number:02}", phone=f"+668000000{number:02}") for number in range(61)]

    first, has_more = choices_for(shop, [])
    by_name, _more = choices_for(shop, [], search="RIDER60")
    by_phone, _more = choices_for(shop, [], search="0 80000 0060")

    assert ([one.courier for one in first], has_more) == (riders[:MOST_CHOICES], True)
    assert [one.courier for one in by_name] == [riders[60]]
    assert [one.courier for one in by_phone] == [riders[60]]
