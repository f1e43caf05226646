import pytest

from marketplace.common.limits import may_do

pytestmark = pytest.mark.django_db  # a fresh cache


def test_so_many_times_and_no_more_for_each_key_and_action() -> None:
    answers = [may_do("send", "one", times=2, seconds=60) for _time in range(3)]

    assert answers == [True, True, False]
    assert may_do("send", "two", times=2, seconds=60)
    assert may_do("look", "one", times=2, seconds=60)
