from django.urls import path

from alerts.devices import views

urlpatterns = [
    path("service-worker.js", views.service_worker, name="service-worker"),
    path("devices/", views.devices, name="devices"),
    path("devices/add/", views.add, name="add-device"),
    path("devices/test/", views.test, name="test-devices"),
    path("devices/<int:number>/remove/", views.remove, name="remove-device"),
]
