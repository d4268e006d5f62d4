from django.urls import path

from zones.editor import camera_views, drawing_views, onvif_views, version_views

urlpatterns = [
    path("cameras/add/", camera_views.camera, name="camera-add"),
    path("cameras/add-many/", camera_views.bulk, name="camera-add-many"),
    path("cameras/find/", onvif_views.find, name="camera-find"),
    path("cameras/streams/", onvif_views.streams, name="camera-streams"),
    path("cameras/use-streams/", onvif_views.use, name="camera-use-streams"),
    path("cameras/<int:camera_id>/", camera_views.camera, name="camera-edit"),
    path("cameras/<int:camera_id>/zones/", drawing_views.editor, name="zone-editor"),
    path("cameras/<int:camera_id>/zones/check/", drawing_views.check, name="zone-check"),
    path("cameras/<int:camera_id>/zones/save/", drawing_views.save, name="zone-save"),
    path("cameras/<int:camera_id>/zones/calibrate/", drawing_views.calibrate, name="zone-calibrate"),
    path("cameras/<int:camera_id>/zones/read/", drawing_views.read_file, name="zone-read"),
    path("cameras/<int:camera_id>/zones.json", drawing_views.export, {"form": "json"}, name="zone-export"),
    path(
        "cameras/<int:camera_id>/zones.geojson", drawing_views.export, {"form": "geojson"}, name="zone-export-geojson"
    ),
    path("cameras/<int:camera_id>/versions/", version_views.history, name="zone-versions"),
    path("cameras/<int:camera_id>/versions/<int:number>/", version_views.history, name="zone-version"),
    path("cameras/<int:camera_id>/versions/<int:number>/roll-back/", version_views.roll_back, name="zone-roll-back"),
]
