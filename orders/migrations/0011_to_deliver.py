import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0010_desk_indexes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                models.F("provider"),
                django.db.models.functions.comparison.Coalesce("preferred_at", "confirmed_at", "created_at"),
                models.F("id"),
                condition=models.Q(
                    ("status", "confirmed"), models.Q(("delivery_address", ""), _negated=True)
                ),
                name="order_to_deliver",
            ),
        ),
    ]
