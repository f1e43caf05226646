"""The task that gives a purchase its points."""

import pytest

from loyalty.models import LedgerEntry
from loyalty.tasks import award


@pytest.mark.django_db
def test_a_purchase_that_is_gone_gets_nothing() -> None:
    award("order:4711")

    assert not LedgerEntry.objects.exists()
