from django.urls import path

from alerts import inbound

urlpatterns = [
    path("twilio/sms", inbound.reply, name="twilio-sms"),
    path("twilio/status/<uuid:token>", inbound.status, name="twilio-status"),
    path("twilio/voice/<uuid:token>", inbound.key, name="twilio-voice"),
]
