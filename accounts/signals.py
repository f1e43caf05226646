"""What happens to shops and people that the apps above keep copies of."""

from django.dispatch import Signal

# provider: a shop under a new name, inside the transaction that stores it.
shop_renamed = Signal()
# member: a person's new place in a shop, inside the transaction that stores it.
member_joined = Signal()
