"""Reads of couriers, tasks and boards."""

from delivery.queries.couriers import settings_of

__all__ = ["settings_of"]
