"""Reads of orders, of their coupons and of being paid."""
