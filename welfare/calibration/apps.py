from django.apps import AppConfig


class CalibrationConfig(AppConfig):
    name = "welfare.calibration"
    label = "calibration"
    verbose_name = "Calibration of the score"
