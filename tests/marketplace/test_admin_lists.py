"""No list of the operator's costs more queries the more rows it shows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.support.rows import Rows

pytestmark = pytest.mark.django_db

# A note stands on one lead of four kinds, and the list names each.
LEADS = ("order", "callback", "transfer", "silence")
KINDS: dict[str, list[dict[str, Any]]] = {
    "followup.FollowUp": [{other: None for other in LEADS if other != lead} for lead in LEADS],
}
ONE_ROW_AT_MOST = {"loyalty.Programme", "loyalty.PreparedFigures"}


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_three_rows_cost_what_one_costs(
    model: Any, operator: User, client_of: Callable[[User], Client]
) -> None:
    client, rows, filled = client_of(operator), Rows(), set[str]()
    _ask(client, model)  # what is asked once in a process: content types

    for kind in KINDS.get(model._meta.label, [{}]):
        filled |= _others(rows.make(model, **kind))
        shown, queries = _ask(client, model)
        if model._meta.label in ONE_ROW_AT_MOST:
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.make(model, **kind)
            continue
        for _more in range(2):
            rows.make(model, **kind)
        shown_then, queries_then = _ask(client, model)

        assert shown >= 1
        assert shown_then >= shown + 2
        assert len(queries_then) == len(queries), "\n".join(queries_then)

    assert filled >= _others_shown(model)  # an empty one would cost nothing, and hide what a full one costs


def _ask(client: Client, model: Any) -> tuple[int, list[str]]:
    """How many rows the list shows, and the queries that it cost."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address)
    return len(page.context["cl"].result_list), [query["sql"] for query in asked]


def _others(row: Any) -> set[str]:
    """Names of the fields by which the row points to another one."""
    return {
        f.name for f in row._meta.concrete_fields if f.is_relation and getattr(row, f.attname) is not None
    }


def _others_shown(model: Any) -> set[str]:
    columns = admin.site._registry[model].list_display
    return {f.name for f in model._meta.concrete_fields if f.is_relation and f.name in columns}
