"""Processes of a bench that begin at the same moment; where one dies the bench says so and ends."""

import multiprocessing
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

R = TypeVar("R")
Begin = Callable[[], None]
LOOK_S = 0.5


class ChildError(RuntimeError):
    """A process of the bench has ended without a result; what it said stands above."""


def together(work: Callable[..., R], jobs: Sequence[tuple[Any, ...]]) -> tuple[list[R], float]:
    """Run `work(*job, begin)` in a process for each job; each calls `begin` once it is warm and is held until all are.

    Args:
        work: a function of a module that needs no Django: a spawned process has none.
        jobs: arguments that can be pickled.

    Returns:
        What each gave, in the order they ended, and the seconds from the common beginning to the last of them.

    Raises:
        ChildError: one of them died.
    """
    context = multiprocessing.get_context("spawn")
    warm, go, results = context.Semaphore(0), context.Event(), context.Queue()
    processes = [context.Process(target=_child, args=(work, job, warm, go, results), daemon=True) for job in jobs]
    for process in processes:
        process.start()
    try:
        for _ in jobs:
            while not warm.acquire(timeout=LOOK_S):
                _check(processes)
        go.set()
        start_s = time.perf_counter()
        found = list(_results(results, processes))
        return found, time.perf_counter() - start_s
    finally:
        for process in processes:
            process.join(LOOK_S)
            process.terminate()


def _child(work: Callable[..., Any], job: tuple[Any, ...], warm: Any, go: Any, results: Any) -> None:
    def begin() -> None:
        warm.release()
        go.wait()

    results.put(work(*job, begin))
    results.close()
    results.join_thread()


def _results(results: Any, processes: Sequence[BaseProcess]) -> Iterator[Any]:
    for _ in processes:
        while True:
            try:
                yield results.get(timeout=LOOK_S)
                break
            except queue.Empty:
                _check(processes)


def _check(processes: Sequence[BaseProcess]) -> None:
    """See that nobody has died.

    Raises:
        ChildError: somebody has.
    """
    died = [process.exitcode for process in processes if process.exitcode]
    if died:
        raise ChildError(f"a process of the bench ended with status {died[0]}; its own message stands above")
