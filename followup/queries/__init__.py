"""Reads of the sales desk: its lists, their counts, and the rows that they show."""

from followup.queries.leads import ALL_KINDS, Day, Wanted, day_of, leads_of, visible_leads
from followup.queries.pages import PAGE_SIZE, Place, counts, due_count, page_of
from followup.queries.rows import Row, customer_of, orders_after, rows_at

__all__ = [
    "ALL_KINDS",
    "PAGE_SIZE",
    "Day",
    "Place",
    "Row",
    "Wanted",
    "counts",
    "customer_of",
    "day_of",
    "due_count",
    "leads_of",
    "orders_after",
    "page_of",
    "rows_at",
    "visible_leads",
]
