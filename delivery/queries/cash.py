"""The money that couriers have collected and not brought yet."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from delivery.models import Courier, Delivery
from delivery.queries.couriers import Parts

COURIERS = 20
LINES = 60  # of all couriers together
FEWEST, MOST = 3, 30
LINES_OF_ONE = 200  # of the one courier that somebody asked for


@dataclass(frozen=True, slots=True)
class Cash:
    """What one courier has for the shop, of `count` deliveries; `deliveries` are the newest of them."""

    courier: Courier
    amount: Decimal
    count: int
    deliveries: list[Delivery]

    @property
    def hidden(self) -> int:
        return self.count - len(self.deliveries)


def cash_to_hand_in(parts: Parts, *, only: int | None = None, page: int = 1) -> tuple[list[Cash], int | None]:
    """A page by courier, the largest sum first, and the number of the next one; of courier `only` more lines.
    The sums are one statement for each part, which the index delivery_cash_newest answers alone."""
    sums: dict[int, tuple[Decimal, int]] = {}
    for part in parts:
        of_couriers = _open(part).filter(courier__isnull=False).order_by().values_list("courier")
        for courier, amount, count in of_couriers.annotate(sum=Sum("collected"), number=Count("*")):
            before, many = sums.get(courier, (Decimal(0), 0))
            sums[courier] = before + amount, many + count
    start = COURIERS * (max(page, 1) - 1)
    by_sum = sorted(sums, key=lambda pk: (-sums[pk][0], pk))
    shown = by_sum[start : start + COURIERS]
    couriers = Courier.objects.select_related("user").in_bulk(shown)
    lines = _newest(parts, shown, only)
    cash = [Cash(couriers[pk], *sums[pk], lines.get(pk, [])) for pk in shown]
    return cash, max(page, 1) + 1 if len(by_sum) > start + COURIERS else None


def _newest(parts: Parts, couriers: list[int], only: int | None) -> dict[int, list[Delivery]]:
    usual = max(FEWEST, min(MOST, LINES // max(1, len(couriers))))
    limits = {pk: LINES_OF_ONE if pk == only else usual for pk in couriers}
    keys = [
        _open(part).filter(courier=pk).order_by("-closed_at").values_list("pk", flat=True)[: limits[pk]]
        for pk in couriers
        for part in parts
    ]
    if not keys:
        return {}
    found = keys[0].union(*keys[1:], all=True) if len(keys) > 1 else keys[0]
    related = Delivery.objects.filter(pk__in=list(found)).select_related("order__customer")
    shown = related.only(
        "courier_id",
        "closed_at",
        "collected",
        "order__number",
        "order__currency",
        "order__customer_name",
        "order__customer__display_name",
        "order__customer__username",
    )
    lines: dict[int, list[Delivery]] = {}
    for row in shown.order_by("-closed_at", "-pk"):
        assert row.courier_id is not None
        of_one = lines.setdefault(row.courier_id, [])
        if len(of_one) < limits[row.courier_id]:
            of_one.append(row)
    return lines


def _open(part: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return part.filter(collected__gt=0, hand_in=None)
