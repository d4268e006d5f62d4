"""Snooze, and an audit chain that nobody waits for: events, what waits to be linked, links."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


FORWARD = """
CREATE FUNCTION alerts_audit_waits_for_its_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO alerts_auditpending (event_number) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER alerts_audit_pending AFTER INSERT ON alerts_auditevent
    FOR EACH ROW EXECUTE FUNCTION alerts_audit_waits_for_its_link();
CREATE TRIGGER alerts_audit_no_truncate BEFORE TRUNCATE ON alerts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION alerts_audit_is_append_only();
CREATE TRIGGER alerts_audit_link_append_only BEFORE UPDATE OR DELETE ON alerts_auditlink
    FOR EACH ROW EXECUTE FUNCTION alerts_audit_is_append_only();
CREATE TRIGGER alerts_audit_link_no_truncate BEFORE TRUNCATE ON alerts_auditlink
    FOR EACH STATEMENT EXECUTE FUNCTION alerts_audit_is_append_only();
-- What stands in the table already is linked anew by the first engine that starts.
INSERT INTO alerts_auditpending (event_number) SELECT id FROM alerts_auditevent;
"""

BACKWARD = """
DROP TRIGGER alerts_audit_pending ON alerts_auditevent;
DROP TRIGGER alerts_audit_no_truncate ON alerts_auditevent;
DROP FUNCTION alerts_audit_waits_for_its_link();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0004_channels_and_links'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditLink',
            fields=[
                ('sequence', models.BigIntegerField(primary_key=True, serialize=False)),
                ('event_number', models.BigIntegerField(help_text='Key of the event; kept if the event is gone.', unique=True)),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('chained_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'ordering': ['sequence'],
            },
        ),
        migrations.CreateModel(
            name='AuditPending',
            fields=[
                ('event_number', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RemoveField(
            model_name='auditevent',
            name='hash',
        ),
        migrations.RemoveField(
            model_name='auditevent',
            name='previous_hash',
        ),
        migrations.AddField(
            model_name='attempt',
            name='claimed_at',
            field=models.DateTimeField(help_text='When a sender began: what the provider took is newer.', null=True),
        ),
        migrations.AddField(
            model_name='incident',
            name='snoozed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alerts.contact'),
        ),
        migrations.AddField(
            model_name='incident',
            name='snoozes',
            field=models.PositiveSmallIntegerField(default=0, help_text='How often it was set aside; there is a limit.'),
        ),
        migrations.AlterField(
            model_name='incident',
            name='state',
            field=models.CharField(choices=[('open', 'open'), ('acknowledged', 'acknowledged'), ('snoozed', 'set aside for a while'), ('resolved', 'closed')], default='open', max_length=12),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('state', 'unknown')), fields=['changed_at'], name='attempt_unknown'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('state__in', ['accepted', 'sent'])), fields=['due_at'], name='attempt_silent'),
        ),
    ]
