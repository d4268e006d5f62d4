from django.urls import include, path

from alerts import health
from alerts.inbound import keys, replies, reports

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("twilio/sms", replies.reply, name="twilio-sms"),
    path("twilio/status/<uuid:token>", reports.status, name="twilio-status"),
    path("twilio/machine/<uuid:token>", reports.machine, name="twilio-machine"),
    path("twilio/voice/<uuid:token>", keys.key, name="twilio-voice"),
    path("", include("alerts.partner.urls")),
]
