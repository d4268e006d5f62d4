from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from alerts import health
from alerts.agencies import views as agencies
from alerts.hand_over import views as hand_over
from alerts.inbound import keys, replies, reports
from alerts.maintenance import views as maintenance
from alerts.policies import history
from alerts.policies import views as policies
from alerts.reports import shift
from alerts.reports import views as figures
from alerts.rotas import views as rotas
from alerts.rotas.ical_out import feed

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    # Browsers ask for it wherever a page names no icon: a picture, a file, a page of a library.
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("icon.svg")), name="icon"),
    path("twilio/sms", replies.reply, name="twilio-sms"),
    path("twilio/status/<uuid:token>", reports.status, name="twilio-status"),
    path("twilio/machine/<uuid:token>", reports.machine, name="twilio-machine"),
    path("twilio/voice/<uuid:token>", keys.key, name="twilio-voice"),
    path("", include("alerts.accounts.urls")),
    path("", include("alerts.partner.urls")),
    path("", include("alerts.devices.urls")),
    path("", include("alerts.api.urls")),
    path("", include("alerts.retention.urls")),
    path("", include("alerts.transparency.urls")),
    path("who-is-paged/", policies.who_is_paged, name="who-is-paged"),
    path("policies/", history.policies, name="policies"),
    path("policies/<int:key>/", history.policy, name="policy"),
    path("policies/<int:key>/versions/<int:number>/", history.policy, name="policy-version"),
    path("policies/<int:key>/versions/<int:number>/back/", history.back, name="policy-back"),
    path("rotas/", rotas.rotas, name="rotas"),
    path("rotas/<int:number>/", rotas.rota, name="rota"),
    path("rotas/<int:number>/calendar/", rotas.take_calendar, name="take-calendar"),
    path("calendars/<str:secret>.ics", feed, name="calendar"),
    path("partners/", agencies.partners, name="partners"),
    path("partners/<int:number>/code/", agencies.send_code, name="send-code"),
    path("partners/<int:number>/prove/", agencies.prove, name="prove-number"),
    path("reports/", figures.reports, name="reports"),
    path("reports/incidents.csv", figures.as_csv, name="report-csv"),
    path("reports/shift/", shift.shift, name="shift-report"),
    path("reports/shift.csv", shift.as_csv, name="shift-csv"),
    path("hand-over/", hand_over.hand_over, name="hand-over"),
    path("hand-over/<int:number>/read/", hand_over.have_read, name="have-read"),
    path("maintenance/", maintenance.maintenance, name="maintenance"),
    path("maintenance/open/", maintenance.open_window, name="open-maintenance"),
    path("maintenance/<int:number>/end/", maintenance.end_window, name="end-maintenance"),
]
