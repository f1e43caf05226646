import django.db.models.functions.datetime
from django.db import migrations, models

# For whoever is a member already, everything since the account was made counts.
SINCE_ALWAYS = """
UPDATE accounts_providermember m SET joined_at = u.date_joined FROM accounts_user u WHERE u.id = m.user_id
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="provider",
            name="renamed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="providermember",
            name="joined_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="joined"
            ),
        ),
        migrations.RunSQL(SINCE_ALWAYS, migrations.RunSQL.noop),
    ]
