"""Bad input about cameras: addresses, lists, videos, a full disk."""

import shutil

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.bad_input.case import Act, bad
from tests.bad_input.world import World, command, said
from tests.pictures import EAST, now_s, ring_of, tiny_clip
from tests.rtsp_server import RtspServer
from welfare.watch.recorder import Recorder
from zones.models import Camera

ROOM = "Cameras and videos"
TEST = "camera, Test this address"
MANY = "cameras, Add many from a file"
FORM = "the camera, and what stands in the form"
NONE_ADDED = "every camera; none of the file is added"
HEAD = "site,name,source\n"


def _tests(world: World, source: str, **more: str) -> Act:
    return lambda: said(world.zone_admin.post("/cameras/test/", {"source": source, **more}))


@bad(ROOM, "a dead camera", TEST, wrong="nothing listens on port 1", do="correct the port", kept=FORM)
def dead_camera(world: World) -> Act:
    return _tests(world, "rtsp://127.0.0.1:1/cam")


@bad(ROOM, "a wrong password of a camera", TEST, wrong="refuses the user name or the password", do="correct them",
     kept=FORM)  # fmt: skip
def wrong_camera_password(world: World) -> Act:
    server = RtspServer(tiny_clip(world.folder / "tiny.mp4"), username="cam", password="right")
    world.same[str(server.port)] = "554"

    def act() -> str:
        try:
            return _tests(world, server.address, username="cam", new_password="wrong-secret")()
        finally:
            server.close()

    return act


@bad(ROOM, "an address of no known kind", TEST, wrong="this one begins with ftp", do="may begin with rtsp", kept=FORM)
def unknown_kind(world: World) -> Act:
    return _tests(world, "ftp://127.0.0.1/cam")


@bad(ROOM, "a broken video", TEST, wrong="is no video", do="correct the address", kept=FORM)
def broken_video_as_camera(world: World) -> Act:
    return _tests(world, str(world.file("camera.mp4", b"\x00\x01 no video" * 99)))


@bad(ROOM, "a picture that has another size than the zones were drawn on", TEST,
     wrong="the zones were drawn on 1280 x 720", do="set the camera back",
     kept="the camera with its zones")  # fmt: skip
def another_size(world: World) -> Act:
    return _tests(world, str(tiny_clip(world.folder / "small.mp4")), camera="1")


@bad(ROOM, "a camera's address that cannot be read", "camera, Keep", wrong="The address is not readable",
     do="write rtsp://host:port/path", kept=FORM)  # fmt: skip
def unreadable_address(world: World) -> Act:
    values = {"site": "1", "name": "New", "source": "rtsp://[::1", "enabled": "on"}
    return lambda: said(world.zone_admin.post("/cameras/add/", values))


@bad(ROOM, "a latitude that is none", "camera, Keep", wrong="The latitude is 515.08",
     do="write decimal degrees from -90 to 90", kept=FORM)  # fmt: skip
def no_latitude(world: World) -> Act:
    return _positions(world, latitude="515.08", longitude="-0.12")


@bad(ROOM, "half a position", "camera, Keep", wrong="A position is a latitude and a longitude",
     do="give both, or neither", kept=FORM)  # fmt: skip
def half_a_position(world: World) -> Act:
    return _positions(world, latitude="51.508")


@bad(ROOM, "a direction in words", "camera, Keep", wrong="Write a number of degrees", do="like 140", kept=FORM)
def direction_in_words(world: World) -> Act:
    return _positions(world, heading_deg="south-east")


def _positions(world: World, **position: str) -> Act:
    values = {"site": "1", "name": "New", "source": "rtsp://10.0.0.9/a", "enabled": "on"} | position
    return lambda: said(world.zone_admin.post("/cameras/add/", values))


@bad(ROOM, "a kept password sent to another address", "camera, Keep", wrong="the kept one goes only to the address",
     do="Enter the password again", kept="the camera and its password")  # fmt: skip
def password_elsewhere(world: World) -> Act:
    camera = Camera(site_id=1, name="C", source="rtsp://10.0.0.9/a", username="cam")
    camera.password = "secret"
    camera.save()
    values = {"site": "1", "name": "C", "source": "rtsp://10.6.6.6/a", "username": "cam"}
    return lambda: said(world.zone_admin.post(f"/cameras/{camera.pk}/", values))


def _uploads(world: World, content: bytes, name: str = "cameras.csv") -> Act:
    return lambda: said(_sent(world.zone_admin, content, name))


def _sent(client: Client, content: bytes, name: str) -> object:
    return client.post("/cameras/add-many/", {"file": SimpleUploadedFile(name, content)})


@bad(ROOM, "a CSV with errors", MANY, wrong='Line 3: there is no site "Nowhere"', do="add it first", kept=NONE_ADDED)
def csv_with_errors(world: World) -> Act:
    lines = "Demo Bridge,C1,rtsp://10.0.0.1/s\nNowhere,C2,rtsp://10.0.0.2/s\nDemo Bridge,C1,rtsp://10.0.0.3/s\n"
    return _uploads(world, (HEAD + lines).encode())


@bad(ROOM, "a CSV without its first line", MANY, wrong="missing: site, name, source", do="must name the columns",
     kept=NONE_ADDED)  # fmt: skip
def csv_without_head(world: World) -> Act:
    return _uploads(world, b"Demo Bridge,C1,rtsp://10.0.0.1/s\nDemo Bridge,C2,rtsp://10.0.0.2/s\n")


@bad(ROOM, "a spreadsheet instead of a CSV", MANY, wrong="is no CSV in UTF-8", do="save it as that", kept=NONE_ADDED)
def no_csv(world: World) -> Act:
    return _uploads(world, b"PK\x03\x04\x14\x00\xff\xfe" * 50)


@bad(ROOM, "a huge upload", MANY, wrong="larger than 1 MB", do="is it a list of cameras?", kept=NONE_ADDED)
def huge_csv(world: World) -> Act:
    return _uploads(world, (HEAD + "Demo Bridge,C,rtsp://10.0.0.1/s\n" * 200_000).encode())


@bad(ROOM, "an upload named ../../x", MANY, wrong='Line 2: there is no site "../../x"', do="add it first",
     kept=f"{NONE_ADDED}; the file's name is used for nothing")  # fmt: skip
def upload_with_a_path(world: World) -> Act:
    return _uploads(world, (HEAD + "../../x,C1,rtsp://10.0.0.1/s\n").encode(), name="../../x")


@bad(ROOM, "a broken video", "manage.py analyse", wrong="cannot be opened", do="is it a whole video file?",
     kept="an earlier result at the same place")  # fmt: skip
def broken_video(world: World) -> Act:
    video, out = world.file("broken.mp4", EAST.read_bytes()[:900]), world.file("events.jsonl", "earlier\n")
    site = str(EAST.with_suffix(".site.json"))

    def act() -> str:
        told = command("analyse", str(video), "--site", site, "--out", str(out))
        assert out.read_text() == "earlier\n"
        return told

    return act


@bad(ROOM, "a disk that is full while a camera is recorded", "page Cameras", wrong="the disk is full",
     do="free some room", kept="what was recorded before; watching and paging go on")  # fmt: skip
def full_disk(world: World) -> Act:
    ring, told = world.folder / "ring", list[str]()
    ring_of(EAST, Recorder(ring, max_bytes=10**9, keep_free_bytes=0), now_s(), 5.0)
    room = shutil.disk_usage(ring).free * 2

    def act() -> str:
        ring_of(EAST, Recorder(ring, max_bytes=10**9, keep_free_bytes=room, on_fault=told.append), now_s() + 60, 5.0)
        return " ".join(told)

    return act
