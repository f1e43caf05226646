"""The store's branches: opened, closed, never deleted, for what happened there."""

from django.db import transaction

from loyalty.models import Branch


def set_branch_open(branch: Branch, *, is_open: bool) -> None:
    with transaction.atomic():
        stored = Branch.objects.select_for_update().get(pk=branch.pk)
        stored.is_active = is_open
        stored.save(update_fields=["is_active"])
