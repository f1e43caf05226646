from collections.abc import Callable

from django.db.models import QuerySet

from accounts.models import User
from marketplace.common.counting import counted


def test_parts_of_one_label_are_counted_together_up_to_the_limit(
    make_person: Callable[..., User], django_assert_num_queries: Callable[[int], object]
) -> None:
    for name in ("a1", "a2", "b1", "c1", "c2", "c3"):
        make_person(name)
    people: QuerySet[User] = User.objects.order_by("pk")
    parts = [
        ("ab", people.filter(username__startswith="a")),
        ("ab", people.filter(username__startswith="b")),
        ("c", people.filter(username__startswith="c").order_by()),
        ("d", people.filter(username__startswith="d")),
    ]

    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        exact = counted(parts, 10)

    assert exact == {"ab": 3, "c": 3}
    assert counted(parts, 2) == {"ab": 2, "c": 2}
    assert counted([], 2) == {}
