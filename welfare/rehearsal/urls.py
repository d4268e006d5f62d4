from django.urls import path

from welfare.rehearsal import views

urlpatterns = [
    path("cameras/test/", views.test, name="camera-test"),
    path("cameras/<int:camera_id>/picture/", views.picture, name="camera-picture"),
    path("cameras/<int:camera_id>/walk/", views.walk, name="camera-walk"),
    path("cameras/<int:camera_id>/people/", views.people, name="camera-people"),
    path("cameras/<int:camera_id>/expected/", views.expect, name="camera-expected"),
]
