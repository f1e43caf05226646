from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from orders.models import Order
from orders.outstanding import minutes_between, outstanding_forms, outstanding_words
from orders.templatetags.cards import outstanding_time, phone_shown

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (59, "59 minutes"),
        (60, "1 hour 0 minutes"),
        (61, "1 hour 1 minute"),
        (122, "2 hours 2 minutes"),
        (24 * 60, "24 hours 0 minutes"),
        (100 * 60 + 5, "100 hours 5 minutes"),
    ],
)
def test_minutes_alone_under_an_hour_and_hours_beyond_a_day(minutes: int, words: str) -> None:
    with translation.override("en"):
        assert outstanding_words(minutes) == words


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(-30, 0), (0, 0), (59, 0), (60, 1), (3599, 59), (3600, 60), (90_061, 1501)]
)
def test_only_whole_minutes_count_and_never_less_than_none(seconds: int, minutes: int) -> None:
    assert minutes_between(NOON, NOON + timedelta(seconds=seconds)) == minutes


def test_the_page_gets_the_same_sentence_in_pieces() -> None:
    with translation.override("en"):
        assert outstanding_forms() == {
            "hours-one": "%s hour",
            "hours-other": "%s hours",
            "minutes-one": "%s minute",
            "minutes-other": "%s minutes",
            "both": "%h %m",
        }


@time_machine.travel(NOON, tick=False)
def test_it_is_counted_from_confirmed_until_completed_or_cancelled() -> None:
    order = Order(status="placed", confirmed_at=None)
    assert (order.outstanding_since, outstanding_time(order)) == (None, "")

    order.status, order.confirmed_at = "confirmed", NOON - timedelta(minutes=65)
    with translation.override("en"):
        shown = outstanding_time(order)
    assert ">1 hour 5 minutes</time>" in shown
    assert 'datetime="PT65M"' in shown
    assert 'data-since="2026-11-22T10:55:00+00:00"' in shown

    for status in ("completed", "cancelled"):
        order.status = status
        assert (order.outstanding_since, outstanding_time(order)) == (None, "")


def test_a_phone_shows_with_spaces_and_an_unknown_writing_as_it_stands() -> None:
    assert phone_shown("+66812345678") == "+66 81 234 5678"
    assert phone_shown("ext. 12") == "ext. 12"
    assert phone_shown("") == ""
