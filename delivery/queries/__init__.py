"""Reads of couriers, tasks and boards."""

from delivery.queries.couriers import settings_of
from delivery.queries.steps import counted_reports, newest_steps, steps_of, tracking_of

__all__ = ["counted_reports", "newest_steps", "settings_of", "steps_of", "tracking_of"]
