from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0004_sms_gateways"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notification",
            name="problem",
            field=models.CharField(
                blank=True,
                choices=[
                    ("number_limit", "This number has had as many SMS today as the settings allow."),
                    ("day_limit", "Today's number of SMS is reached."),
                    ("cost_cap", "Today's amount for SMS is spent."),
                    ("switched_off", "SMS were switched off before this one went out."),
                    ("setup", "The SMS settings are not complete: type the key in again."),
                    ("address", "The gateway's address may not be called from here."),
                    ("refused", "The gateway refused it."),
                    ("no_answer", "The gateway did not answer."),
                    ("unclear", "The gateway's answer could not be understood. It may have gone out."),
                    (
                        "unknown",
                        "No answer came back, so it is unknown whether this SMS went out. Send it again?",
                    ),
                ],
                max_length=16,
                verbose_name="What went wrong",
            ),
        ),
    ]
