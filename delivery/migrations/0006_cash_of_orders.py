from django.db import migrations

# What was collected before orders knew it: of a part the customer is asked for the rest alone.
_KNOWN = """
UPDATE orders_order SET received = d.collected
FROM delivery_delivery d
WHERE d.order_id = orders_order.id AND d.state = 'delivered' AND d.collected > 0
"""


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0005_cash_newest"),
        ("orders", "0012_received"),
    ]

    operations = [
        migrations.RunSQL(_KNOWN, migrations.RunSQL.noop),
    ]
