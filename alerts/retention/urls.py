from django.urls import path

from alerts.retention import views

urlpatterns = [
    path("retention/", views.retention, name="retention"),
    path("retention/runs/<int:number>/approve/", views.approve, name="approve-retention"),
    path("retention/lock/", views.lock, name="lock-evidence"),
    path("retention/locks/<int:number>/release/", views.release, name="release-evidence"),
    path("retention/deletions.csv", views.as_csv, name="deletions-csv"),
]
