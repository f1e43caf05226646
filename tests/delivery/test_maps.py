"""The phone's own map."""

import pytest

from delivery.maps import map_url


@pytest.mark.parametrize(
    ("agent", "url"),
    [
        ("Mozilla/5.0 (Linux; Android 14)", "geo:0,0?q=12%20Silom%2C%20Bangkok"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18)", "https://maps.apple.com/?q=12%20Silom%2C%20Bangkok"),
        ("curl", "https://www.openstreetmap.org/search?query=12%20Silom%2C%20Bangkok"),
    ],
)
def test_each_phone_gets_an_address_that_it_opens(agent: str, url: str) -> None:
    assert map_url("12 Silom,\nBangkok", agent=agent) == url
