"""The demo programme, made beside a running worker."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from loyalty.domain import check_balances, member_of
from loyalty.domain.programme import store_day
from loyalty.models import Level, Member, Programme
from loyalty.queries.batches import activity_page
from marketplace.demo.points import STORIES, make_points
from tests.loyalty.sweeps import expire_points


@pytest.fixture(autouse=True)
def somsri(make_person: Callable[..., User], settings: Any, tmp_path: Path) -> User:
    settings.MEDIA_ROOT = tmp_path
    make_person("staff", is_staff=True)
    make_person("operator", is_staff=True)
    return make_person("customer@demo.example", email="customer@demo.example")


def test_who_is_a_member_already_is_one_of_the_demos_and_what_was_over_is_over(
    somsri: User, programme: Programme
) -> None:
    """The worker gave points for a demo order before."""
    Programme.objects.update(expiry_months=6)
    known = member_of(somsri)

    make_points(say=lambda _text: None)

    known.refresh_from_db()
    assert (known.name, str(known.phone)) == (STORIES[0].name, STORIES[0].phone)
    assert Member.objects.count() == len(STORIES) + 2
    assert expire_points(now=timezone.now()) == 0
    assert Programme.objects.get().worked_on == store_day()
    assert check_balances().wrong == []


def test_what_people_gave_was_written_in_the_order_in_which_it_happened(programme: Programme) -> None:
    """The Activity Log goes by the key and says that the newest comes first."""
    make_points(say=lambda _text: None)

    shown, _following = activity_page({})

    moments = [entry.created_at for entry in shown]
    assert len({moment.date() for moment in moments}) > 5
    assert moments == sorted(moments, reverse=True)


def test_what_stopped_half_way_is_taken_up_again(programme: Programme) -> None:
    User.objects.filter(username="staff").update(username="away")

    with pytest.raises(User.DoesNotExist):
        make_points(say=lambda _text: None)
    left = Level.objects.count(), Member.objects.count()
    User.objects.filter(username="away").update(username="staff")
    make_points(say=lambda _text: None)

    assert left == (0, 0)
    assert Member.objects.count() == len(STORIES) + 2
