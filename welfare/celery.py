"""The Celery application: `track` workers watch cameras, `media` workers make stills and clips."""

import os

from celery import Celery

from welfare.fleet.media_beat import MediaBeat
from welfare.fleet.supervisor import LeaseSupervisor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "welfare.settings")
app = Celery("handrail")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["welfare.fleet"])
app.steps["worker"].update((LeaseSupervisor, MediaBeat))
