from django.urls import path

from alerts.transparency import views

urlpatterns = [
    path("about/", views.about_page, name="about"),
    path("about.json", views.about_json, name="about-json"),
]
