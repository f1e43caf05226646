"""What a shop's own fields tell."""

import pytest

from accounts.models import Provider


@pytest.mark.parametrize(
    ("phone", "zone", "region"),
    [
        ("", "Asia/Bangkok", "TH"),
        ("", "Asia/Tehran", "IR"),
        ("", "Asia/Ho_Chi_Minh", "VN"),
        ("+84912345601", "Asia/Bangkok", "VN"),
        ("", "Nowhere/Else", "TH"),
    ],
)
def test_a_shop_writes_phones_as_its_country_does(phone: str, zone: str, region: str, shop: Provider) -> None:
    shop.contact_phone, shop.time_zone = phone, zone
    shop.save()
    shop.refresh_from_db()

    assert shop.phone_region == region
