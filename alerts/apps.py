from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
    verbose_name = "Who is told"

    def ready(self) -> None:
        import alerts.channels.warnings
        import alerts.policies.warnings  # noqa: F401 - both register system checks
        from alerts import zone_changes
        from alerts.accounts import sessions

        zone_changes.connect()
        sessions.connect()
