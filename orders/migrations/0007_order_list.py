from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_outside_numbers")]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["provider", "channel", "-id"], name="order_provider_channel"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("sale_kind", "additional")),
                fields=["provider", "-id"],
                name="order_additional_newest",
            ),
        ),
    ]
