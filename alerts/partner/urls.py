from django.urls import path

from alerts.partner import views

urlpatterns = [
    path("p/<slug:token>", views.page, name="partner"),
    path("p/<slug:token>/open", views.unlock, name="partner-unlock"),
    path("p/<slug:token>/picture/<int:key>", views.evidence, name="partner-evidence"),
    path("p/<slug:token>/<slug:act>", views.answer, name="partner-answer"),
]
