from django.db import migrations

# Until now the uploaded code of an undone redemption was free again. Those that nobody got since are taken
# back: they were seen.
SPENT = """
UPDATE loyalty_rewardcode SET redemption_id = undone.id
FROM (
    SELECT reward_id, code, max(id) AS id FROM loyalty_redemption
    WHERE status = 'cancelled' GROUP BY reward_id, code
) undone
WHERE loyalty_rewardcode.redemption_id IS NULL
    AND loyalty_rewardcode.reward_id = undone.reward_id
    AND loyalty_rewardcode.code = undone.code
"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0001_initial")]

    operations = [migrations.RunSQL(SPENT, migrations.RunSQL.noop)]
