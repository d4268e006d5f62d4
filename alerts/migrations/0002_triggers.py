"""Append-only audit, and notices to whoever listens: the engine and the open consoles."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION alerts_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are never changed or deleted';
END $$;
CREATE TRIGGER alerts_audit_append_only BEFORE UPDATE OR DELETE ON alerts_auditevent
    FOR EACH ROW EXECUTE FUNCTION alerts_audit_is_append_only();

CREATE FUNCTION alerts_notify() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
BEGIN
    IF TG_TABLE_NAME = 'alerts_incident' THEN
        number := NEW.id;
    ELSIF TG_TABLE_NAME = 'alerts_attempt' THEN
        SELECT r.incident_id INTO number FROM alerts_notification n
            JOIN alerts_steprun r ON r.id = n.step_run_id WHERE n.id = NEW.notification_id;
    ELSE
        number := NEW.incident_id;
    END IF;
    PERFORM pg_notify('handrail', json_build_object('table', TG_TABLE_NAME, 'incident', number)::text);
    RETURN NULL;
END $$;
CREATE TRIGGER alerts_incident_notify AFTER INSERT OR UPDATE ON alerts_incident
    FOR EACH ROW EXECUTE FUNCTION alerts_notify();
CREATE TRIGGER alerts_attempt_notify AFTER INSERT OR UPDATE ON alerts_attempt
    FOR EACH ROW EXECUTE FUNCTION alerts_notify();
CREATE TRIGGER alerts_concern_notify AFTER INSERT ON alerts_concernreport
    FOR EACH ROW EXECUTE FUNCTION alerts_notify();
CREATE TRIGGER alerts_evidence_notify AFTER INSERT ON alerts_evidence
    FOR EACH ROW EXECUTE FUNCTION alerts_notify();
CREATE TRIGGER alerts_audit_notify AFTER INSERT ON alerts_auditevent
    FOR EACH ROW EXECUTE FUNCTION alerts_notify();
"""

BACKWARD = """
DROP TRIGGER alerts_audit_append_only ON alerts_auditevent;
DROP TRIGGER alerts_incident_notify ON alerts_incident;
DROP TRIGGER alerts_attempt_notify ON alerts_attempt;
DROP TRIGGER alerts_concern_notify ON alerts_concernreport;
DROP TRIGGER alerts_evidence_notify ON alerts_evidence;
DROP TRIGGER alerts_audit_notify ON alerts_auditevent;
DROP FUNCTION alerts_notify();
DROP FUNCTION alerts_audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
