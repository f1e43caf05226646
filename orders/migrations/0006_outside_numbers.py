"""Order numbers are a shop's own: an outside order system gives its numbers, and another shop may use the same."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_payments")]

    operations = [
        migrations.AlterField(
            model_name="order",
            name="number",
            field=models.CharField(
                blank=True,
                help_text="Given when placed.",
                max_length=40,
                null=True,
                verbose_name="Order number",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                fields=("provider", "number"), name="order_number_once_per_shop"
            ),
        ),
    ]
