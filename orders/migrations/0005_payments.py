import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_sales_desk")]

    operations = [
        migrations.AddField(
            model_name="paymentsettings",
            name="counting_from",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name="transfernotice",
            name="form_token",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("paid_at", None), ("status", "placed")),
                fields=["provider", "placed_at"],
                name="order_unpaid",
            ),
        ),
        migrations.AddIndex(
            model_name="transfernotice",
            index=models.Index(fields=["provider", "transferred_at"], name="notice_moment"),
        ),
        migrations.AddConstraint(
            model_name="transfernotice",
            constraint=models.UniqueConstraint(fields=("order", "form_token"), name="notice_once_per_form"),
        ),
    ]
