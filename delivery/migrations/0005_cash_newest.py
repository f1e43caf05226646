from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0004_late_links"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("collected__gt", 0), ("hand_in", None)),
                fields=["provider", "courier", "-closed_at"],
                include=("collected", "only_for"),
                name="delivery_cash_newest",
            ),
        ),
        migrations.RemoveIndex(model_name="delivery", name="delivery_cash"),
    ]
