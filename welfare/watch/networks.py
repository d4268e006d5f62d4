"""The network files that Handrail carries, checked before they are run; their cards: `welfare/weights/README.md`."""

import hashlib
import logging
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import onnxruntime

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parents[1] / "weights"
CPU = "CPUExecutionProvider"
INT8_FLAGS = {"avx512_vnni", "avx_vnni", "asimddp"}  # instructions that multiply 8-bit numbers; without them int8 loses


class WeightsError(RuntimeError):
    """A network file is missing or is not the one that was measured."""


@dataclass(frozen=True, slots=True)
class Network:
    """One file of `welfare/weights`, and the SHA-256 on its card."""

    name: str
    sha256: str

    def read(self) -> bytes:
        """The file's content.

        Raises:
            WeightsError: missing, or altered.
        """
        path = FOLDER / self.name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise WeightsError(f"{path} cannot be read ({error.strerror}); restore it from the repository") from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise WeightsError(f"{path} is not the network on its card (its SHA-256 differs); restore it")
        return content


PEOPLE = Network("person_nanodet_416.onnx", "7001b4998fe013930d5a35c0239426eec7c441d078df4af8278bad332a86755c")
PEOPLE_INT8 = Network(
    "person_nanodet_416_int8.onnx", "f601a70892b7e32f98c31343c0f96049c2d2b7d0b79cb03ee69f8c9433bc5e1e"
)
POSE = Network("pose_landmarker_full.task", "b818edce06d2eaa41c4ec192ced3ba82784a6f6da88cceae827a1834e07e7398")


def people_network(precision: str, providers: Sequence[str]) -> Network:
    """The person detector to run.

    Args:
        precision: "float", "int8", or "auto": int8 where a CPU runs it faster.
        providers: ONNX Runtime providers in order of preference.

    Raises:
        ValueError: another precision.
    """
    if precision not in ("auto", "float", "int8"):
        raise ValueError(f'DETECTOR_PRECISION is "{precision}": set it to auto, float or int8')
    if precision == "auto":
        precision = "int8" if list(providers)[:1] == [CPU] and cpu_flags() & INT8_FLAGS else "float"
    return PEOPLE_INT8 if precision == "int8" else PEOPLE


def cpu_flags() -> set[str]:
    """What the processor can do, by Linux's names; empty where the system does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return {"asimddp"} if platform.machine() == "arm64" else set()  # every Apple processor has it
    return {flag for line in lines if line.startswith(("flags", "Features")) for flag in line.split(":", 1)[1].split()}


def open_session(network: Network, providers: Sequence[str], threads: int) -> onnxruntime.InferenceSession:
    """Load a network; providers that this installation lacks are told of and left out, never a reason not to watch.

    Raises:
        WeightsError: the file is missing or altered.
    """
    there = onnxruntime.get_available_providers()
    missing = [p for p in providers if p not in there]
    if missing:
        logger.error("ONNX_PROVIDERS names %s; this ONNX Runtime has %s", ", ".join(missing), ", ".join(there))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    usable = [p for p in providers if p in there] or [CPU]
    return onnxruntime.InferenceSession(network.read(), options, providers=usable)
