import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# Until now a member whom an import made with points, and whom its undo emptied, kept the Member ID: the mended
# file could not bring it again.
FREE = """
UPDATE loyalty_member SET number = '× ' || loyalty_member.id
FROM loyalty_batchrow made
WHERE made.member_id = loyalty_member.id AND made.status = 'undone' AND made.entry_id IS NOT NULL
    AND loyalty_member.erased_at IS NOT NULL AND loyalty_member.balance = 0
    AND EXISTS (SELECT 1 FROM loyalty_batch WHERE id = made.batch_id AND kind = 'members')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0004_walks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BatchAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deed",
                    models.CharField(
                        choices=[
                            ("checked", "Chose the columns"),
                            ("ran", "Pressed Run"),
                            ("approved", "Approved"),
                            ("stopped", "Stopped it"),
                            ("went_on", "Let it go on"),
                            ("undid", "Asked to undo it"),
                            ("undo_ok", "Approved the undo"),
                            ("kept", "Left it as it is"),
                            ("discarded", "Discarded it"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
            ],
            options={
                "verbose_name": "action on a batch",
                "verbose_name_plural": "actions on batches",
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="batch",
            name="attempts",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="batch",
            name="halted",
            field=models.CharField(
                blank=True,
                choices=[
                    ("uploaded", "Uploaded"),
                    ("checking", "Being checked"),
                    ("checked", "Checked: nothing is changed yet"),
                    ("waiting", "Waits for approval"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("undoing", "Being undone"),
                    ("stopped", "Stopped"),
                    ("undo_waits", "Undo waits for approval"),
                    ("undone", "Undone"),
                    ("discarded", "Discarded"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="sample",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="batch",
            name="undo_approved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="undo approved by",
            ),
        ),
        migrations.AlterField(
            model_name="batch",
            name="status",
            field=models.CharField(
                choices=[
                    ("uploaded", "Uploaded"),
                    ("checking", "Being checked"),
                    ("checked", "Checked: nothing is changed yet"),
                    ("waiting", "Waits for approval"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("undoing", "Being undone"),
                    ("stopped", "Stopped"),
                    ("undo_waits", "Undo waits for approval"),
                    ("undone", "Undone"),
                    ("discarded", "Discarded"),
                ],
                default="uploaded",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="batchrow",
            index=models.Index(
                condition=models.Q(("problem", ""), _negated=True),
                fields=["batch", "number"],
                name="batch_row_remark",
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                condition=models.Q(("batch__isnull", True), ("by__isnull", False)),
                fields=["by", "-id"],
                name="ledger_of_person",
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                condition=models.Q(
                    ("by__isnull", False), models.Q(("kind__in", ("adjustment", "imported")), _negated=True)
                ),
                fields=["kind", "-id"],
                name="ledger_of_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                condition=models.Q(("branch__isnull", False), ("by__isnull", False)),
                fields=["branch", "-id"],
                name="ledger_of_branch",
            ),
        ),
        migrations.AddField(
            model_name="batchaction",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="actions",
                to="loyalty.batch",
                verbose_name="batch",
            ),
        ),
        migrations.AddField(
            model_name="batchaction",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.RunSQL(FREE, migrations.RunSQL.noop),
    ]
