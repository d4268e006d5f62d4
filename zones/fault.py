"""What can be wrong with a camera: the one list that the watch, the alerts and people share."""

from enum import StrEnum


class Fault(StrEnum):
    """A camera that cannot be trusted to see. The value is stored."""

    NO_PICTURE = "no_picture"
    FROZEN = "frozen"
    BLIND = "blind"
    MOVED = "moved"
    CLOCK = "clock"
    SELDOM = "seldom"
    RECORDING = "recording"


WORDS = {
    Fault.NO_PICTURE: "no picture arrives: check power, network and address",
    Fault.FROZEN: "the picture is frozen although data arrive: restart the camera",
    Fault.BLIND: "the picture shows nothing: dark, dazzled or covered; check light and lens",
    Fault.MOVED: "the camera looks elsewhere than when it was calibrated: turn it back, or calibrate again",
    Fault.CLOCK: "the camera's clock runs wrong or jumps: set its time source",
    Fault.SELDOM: (
        "too few pictures a second are looked at: give this machine fewer cameras, add a worker, "
        "or raise the camera's own rate"
    ),
    Fault.RECORDING: "nothing is recorded, people are watched all the same: look at the disk and the main stream",
}
