from dataclasses import fields

from django.apps import AppConfig


class WelfareConfig(AppConfig):
    name = "welfare"
    verbose_name = "Watch"

    def ready(self) -> None:
        # Here and not in welfare/__init__.py, so that the pure core does not load Celery.
        from welfare import celery  # noqa: F401
        from welfare.behaviour.profile import Profile
        from zones import overrides

        standard = Profile()
        overrides.know({f.name: getattr(standard, f.name) for f in fields(Profile)}, standard.with_overrides)
