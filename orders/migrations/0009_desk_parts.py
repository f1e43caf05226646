import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FILL = """
UPDATE orders_transfernotice n SET only_for_id = o.created_by_id FROM orders_order o
WHERE o.id = n.order_id AND o.channel <> 'web'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_invitations"),
        ("messaging", "0004_assigned"),
        ("orders", "0008_task_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="transfernotice",
            name="only_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="only for",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["provider", "status", "desk_state", "due_at", "id"], name="order_desk_status"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["provider", "channel", "desk_state", "due_at", "id"], name="order_desk_channel"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["created_by", "provider", "desk_state", "due_at", "id"], name="order_desk_creator"
            ),
        ),
    ]
