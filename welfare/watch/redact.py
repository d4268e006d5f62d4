"""Stills and clips with the heads of everyone blurred; what is not known to be safe is blurred whole."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.watch.people_log import Box
from welfare.watch.recorder import Segment

Image = NDArray[np.uint8]
HEAD_SHARE = 0.24  # assumed: of a standing person's box, with margin; a head is 1/7.5 of a body
HEAD_WIDTH = 0.8  # of the box's width
ABOVE = 0.05  # of the box's height, above its top
CELLS = 4  # a head keeps so many cells across: nothing that could tell who it is
NEAR_S = 0.6  # boxes this close in time to a frame are blurred in it
CLIP_WIDTH = 1280
OUTLINE = (0, 191, 255)  # BGR: amber, seen on dark and light


class ClipError(RuntimeError):
    """No clip can be made; the message says why."""


def head_box(box: Box) -> Box:
    """Where a head may be in a person's box, x1 y1 x2 y2 pixels; crouching and sitting people have it lower."""
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    middle, half = (x1 + x2) / 2, max(width * HEAD_WIDTH, height * 0.2) / 2
    squat = height < 1.6 * width  # folded or cut: the head may be anywhere in the upper half
    return middle - half, y1 - ABOVE * height, middle + half, y1 + height * (0.5 if squat else HEAD_SHARE)


def blur_heads(image: Image, boxes: Iterable[Box]) -> Image:
    """A copy of a (h, w, 3) picture in which every person's head is a few coarse cells."""
    result = image.copy()
    height, width = image.shape[:2]
    for box in boxes:
        x1, y1, x2, y2 = (round(v) for v in head_box(box))
        x1, x2, y1, y2 = max(x1, 0), min(x2, width), max(y1, 0), min(y2, height)
        if x2 - x1 > 1 and y2 - y1 > 1:
            result[y1:y2, x1:x2] = _coarse(image[y1:y2, x1:x2], CELLS)
    return result


def blur_whole(image: Image) -> Image:
    """The picture so coarse that nobody can be told from another."""
    return _coarse(image, 40)


def _coarse(part: Image, cells: int) -> Image:
    height, width = part.shape[:2]
    rows = max(1, round(cells * height / width))
    small = cv2.resize(part, (cells, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def write_still(image: Image, people: Iterable[Box], subject: Box, path: Path) -> None:
    """A JPEG with the person outlined and all heads blurred; appears under its name whole or not at all.

    Args:
        image: (h, w, 3) uint8, BGR.
        people: boxes of everyone, pixels.
        subject: the box to outline.
        path: the file.

    Raises:
        OSError: it cannot be written.
    """
    still = blur_heads(image, [*people, subject])
    x1, y1, x2, y2 = (round(v) for v in subject)
    margin = max(6, (y2 - y1) // 12)
    cv2.rectangle(still, (x1 - margin, y1 - margin), (x2 + margin, y2 + margin), OUTLINE, 2, cv2.LINE_AA)
    done, encoded = cv2.imencode(".jpg", still, [cv2.IMWRITE_JPEG_QUALITY, 88])
    if not done:
        raise OSError(f"the still {path.name} could not be encoded")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(encoded.tobytes())
    part.replace(path)


def make_clip(
    segments: Sequence[Segment],
    start_s: float,
    end_s: float,
    people: Sequence[tuple[float, Sequence[Box]]],
    path: Path,
    analysed: tuple[int, int] | None = None,
    masks: Sequence[NDArray[np.float64]] = (),
    longest_s: float = float("inf"),
) -> tuple[float, float]:
    """An H.264 MP4 of a span of the ring, heads blurred; frames of which nothing is known are blurred whole.

    Args:
        segments: of the ring, oldest first.
        start_s: UTC seconds.
        end_s: UTC seconds.
        people: (UTC seconds, boxes) of the analysed frames, oldest first.
        path: the file; appears whole or not at all.
        analysed: width and height of the pictures that the boxes are of, pixels, where a larger stream is recorded.
        masks: areas that nobody may see, each (n, 2), pixels of the analysed pictures.
        longest_s: from the first picture that there is in the span.

    Returns:
        UTC seconds of the first and last frame.

    Raises:
        ClipError: the ring holds nothing of that span.
    """
    part = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    times: list[float] = []
    with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        stream: Any = None
        for at_s, image in _pictures(segments, start_s, end_s):
            if stream is None:
                stream = _clip_stream(out, image)
            if times and at_s <= times[-1]:
                continue  # a clock that was mapped anew
            if times and at_s > times[0] + longest_s:
                break
            shown = _covered(_redacted(image, at_s, people, analysed), masks, analysed)
            picture = av.VideoFrame.from_ndarray(shown, format="bgr24")
            picture.pts = round((at_s - (times[0] if times else at_s)) * 1000)
            picture.time_base = stream.codec_context.time_base
            times.append(at_s)
            for packet in stream.encode(picture.reformat(stream.width, stream.height)):
                out.mux(packet)
        if stream is not None:
            for packet in stream.encode():
                out.mux(packet)
    if not times:
        part.unlink(missing_ok=True)
        raise ClipError("the ring holds no picture of that time")
    part.replace(path)
    return times[0], times[-1]


def _clip_stream(out: Any, image: Image) -> Any:
    height, width = image.shape[:2]
    scale = min(1.0, CLIP_WIDTH / width)
    stream = out.add_stream("libx264", rate=25, options={"preset": "veryfast", "crf": "25"})
    stream.width, stream.height = (int(width * scale) // 2 * 2, int(height * scale) // 2 * 2)
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = Fraction(1, 1000)
    return stream


def _pictures(segments: Sequence[Segment], start_s: float, end_s: float) -> Iterator[tuple[float, Image]]:
    for segment in segments:
        try:
            container = av.open(str(segment.path))
        except (OSError, av.error.FFmpegError):
            continue  # pruned meanwhile, or its first cluster was never written
        with container:
            try:
                for picture in container.decode(video=0):
                    at_s = segment.starts_at_s + float(picture.time or 0.0)
                    if start_s <= at_s <= end_s:
                        yield at_s, np.asarray(picture.to_ndarray(format="bgr24"), dtype=np.uint8)
            except av.error.FFmpegError:
                continue  # cut off when the process was killed


def _redacted(
    image: Image, at_s: float, people: Sequence[tuple[float, Sequence[Box]]], analysed: tuple[int, int] | None
) -> Image:
    first = bisect_left(people, at_s - NEAR_S, key=lambda entry: entry[0])
    last = bisect_right(people, at_s + NEAR_S, key=lambda entry: entry[0])
    if first == last:
        return blur_whole(image)
    height, width = image.shape[:2]
    across, down = (width / analysed[0], height / analysed[1]) if analysed else (1.0, 1.0)
    boxes = [box for _, seen in people[first:last] for box in seen]
    return blur_heads(image, [(x1 * across, y1 * down, x2 * across, y2 * down) for x1, y1, x2, y2 in boxes])


def _covered(image: Image, masks: Sequence[NDArray[np.float64]], analysed: tuple[int, int] | None) -> Image:
    """The picture with black where masks lie; as a copy where there are any."""
    if not masks:
        return image
    height, width = image.shape[:2]
    scale = np.array([width / analysed[0], height / analysed[1]]) if analysed else np.ones(2)
    covered = image.copy()
    cv2.fillPoly(covered, [np.round(mask * scale).astype(np.int32) for mask in masks], (0, 0, 0))
    return covered
