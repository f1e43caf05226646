"""Manual C, C19: what an action says stands under the word "Message", and takes the page from nobody."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def region(page: str) -> str:
    (found,) = re.findall(r'<div class="notices".*?\n</div>', page, re.DOTALL)
    return str(found)


@pytest.mark.parametrize(("language", "word"), [("en", "Message"), ("fa", "پیام")])
def test_a_message_stands_under_its_name(
    language: str, word: str, customer: User, client_of: Callable[[User], Client]
) -> None:
    User.objects.filter(pk=customer.pk).update(language=language)
    member = client_of(customer)
    quiet = region(member.get("/settings/").text)

    member.post(
        "/settings/profile/", {"display_name": "Malee", "language": language, "time_zone": "Asia/Bangkok"}
    )
    told, after = region(member.get("/settings/").text), region(member.get("/settings/").text)

    assert '<div class="notices" role="status" aria-live="polite" aria-labelledby="notices-title">' in told
    assert f'<h2 class="notices-title" id="notices-title">{word}</h2>' in told
    assert told.count("<h2") == told.count("notice notice-success") == 1
    for empty in (quiet, after):  # no name for what is not there
        assert '<div class="notices" role="status" aria-live="polite">' in empty
        assert word not in empty
