"""The order of the earning rules."""

from django.db import transaction
from django.db.models import Max

from loyalty.models import EarningRule


def add_rule(rule: EarningRule) -> EarningRule:
    """At the end of the list."""
    with transaction.atomic():
        last = EarningRule.objects.aggregate(last=Max("position"))["last"]
        rule.position = 0 if last is None else last + 1
        rule.save()
    return rule


def move_rule(rule: EarningRule, *, up: bool) -> None:
    """One place up or down; at the end of the list nothing happens."""
    with transaction.atomic():
        rules = list(EarningRule.objects.select_for_update().order_by("position", "pk"))
        place = next((at for at, one in enumerate(rules) if one.pk == rule.pk), None)
        other = None if place is None else place + (-1 if up else 1)
        if place is None or other is None or not 0 <= other < len(rules):
            return
        rules[place], rules[other] = rules[other], rules[place]
        for position, one in enumerate(rules):
            one.position = position
        EarningRule.objects.bulk_update(rules, ["position"])
