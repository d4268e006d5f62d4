from django.apps import AppConfig


class WelfareConfig(AppConfig):
    name = "welfare"
    verbose_name = "Watch"

    def ready(self) -> None:
        # Here and not in welfare/__init__.py, so that the pure core does not load Celery.
        from welfare import celery  # noqa: F401
