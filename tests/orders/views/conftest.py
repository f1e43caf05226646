from tests.orders.payments.conftest import account, claim, colleague, make_slip, private_order

__all__ = ["account", "claim", "colleague", "make_slip", "private_order"]
