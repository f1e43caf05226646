import django.contrib.postgres.fields
from django.db import migrations, models

# Members who joined had no level until they bought, and redeemed bonus points counted as earned: with the
# new version everybody's is worked out anew, once.
BEGIN = """
INSERT INTO loyalty_walk (name, part, after_pk, failed, again) VALUES ('levels', 'levels', 0, '{}', '{}')
"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0003_member_edits")]

    operations = [
        migrations.CreateModel(
            name="Walk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(editable=False, max_length=10, unique=True)),
                ("part", models.CharField(default="", editable=False, max_length=12)),
                ("after_pk", models.BigIntegerField(default=0, editable=False)),
                ("day", models.DateField(editable=False, null=True)),
                ("since", models.DateField(editable=False, null=True)),
                (
                    "failed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, editable=False, size=None
                    ),
                ),
                (
                    "again",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, editable=False, size=None
                    ),
                ),
            ],
            options={
                "verbose_name": "background work",
                "verbose_name_plural": "background work",
            },
        ),
        migrations.RunSQL(BEGIN, migrations.RunSQL.noop),
    ]
