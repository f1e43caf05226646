import pytest

from services.queries.slips import distance, nearest_stretch


@pytest.mark.parametrize(
    ("a", "b", "slips"),
    [
        ("yoga", "yoga", 0),
        ("yoag", "yoga", 1),
        ("yga", "yoga", 1),
        ("yogga", "yoga", 1),
        ("yofa", "yoga", 1),
        ("", "ab", 2),
        ("abc", "xyz", 3),
    ],
)
def test_distance_counts_swapped_missing_added_and_wrong_letters(a: str, b: str, slips: int) -> None:
    assert distance(a, b) == distance(b, a) == slips


def test_the_nearest_stretch_of_a_thai_sentence() -> None:
    assert nearest_stretch("นวดแพนไทย", "นวดแผนไทยถึงบ้าน") == (1, "นวดแผนไทย")
