"""The database folds as `fold` does."""

from collections.abc import Callable

import pytest

from accounts.models import User
from marketplace.common.folding import Folded
from marketplace.common.text import fold


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Đào",
        "ĐẶNG Văn Ước",
        "José Ångström Øre Łódź",
        "علي كريمي",
        "مؤسسة ۀ ٱلله ڪتاب",
        "فاطِمَة‌زهرا ۱۲۳ ٤٥٦",
        "น้ำผึ้ง ๑๒๓ เสื้อ เสือ",
        "ต่างๆ กรุงเทพฯ",
        "Ｆｕｌｌ １２",
        "İstanbul ılık",
    ],
)
def test_every_word_of_a_folded_name_is_in_the_folded_column(
    name: str, make_person: Callable[..., User]
) -> None:
    make_person("named", display_name=name)

    stored = User.objects.annotate(folded=Folded("display_name")).get(username="named").folded

    assert " ".join(stored.split()) == fold(name)


def test_folding_twice_changes_nothing(make_person: Callable[..., User]) -> None:
    make_person("named", display_name=fold("Nguyễn Thị Đào ทำ علي"))

    stored = User.objects.annotate(folded=Folded("display_name")).get(username="named").folded

    assert stored == fold("Nguyễn Thị Đào ทำ علي")
