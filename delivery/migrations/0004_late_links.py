from django.db import migrations, models

# Of links that may still be in use, or have a phone behind them that was without signal.
_KNOWN = """
UPDATE delivery_assignment SET
    link_hash = encode(sha256(convert_to(d.link_token, 'UTF8')), 'hex'), link_until = d.link_until
FROM delivery_delivery d
WHERE delivery_assignment.id = d.assignment_number AND d.link_token IS NOT NULL
    AND d.link_until > now() - interval '14 days'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0003_message_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="link_hash",
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="assignment",
            name="link_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="deliveryevent",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("counted", "Counted"),
                    ("conflict", "Came when the task was not open to them any more"),
                    ("accepted", "Accepted by the shop"),
                ],
                max_length=10,
                verbose_name="What became of it",
            ),
        ),
        migrations.RunSQL(_KNOWN, migrations.RunSQL.noop),
    ]
