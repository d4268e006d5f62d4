from django.apps import AppConfig


class FleetConfig(AppConfig):
    name = "welfare.fleet"
    label = "fleet"
    verbose_name = "Fleet"
