from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
    verbose_name = "Who is told"

    def ready(self) -> None:
        from alerts.channels import warnings  # noqa: F401 - registers the system checks
