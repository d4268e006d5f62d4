"""A version of a policy is never changed or deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION alerts_policy_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version of a policy is never changed or deleted';
END $$;
CREATE TRIGGER alerts_policy_version_stays BEFORE UPDATE OR DELETE ON alerts_policyversion
    FOR EACH ROW EXECUTE FUNCTION alerts_policy_version_stays();
"""

BACKWARD = """
DROP TRIGGER alerts_policy_version_stays ON alerts_policyversion;
DROP FUNCTION alerts_policy_version_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0006_policies_rotas_agencies_maintenance")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
