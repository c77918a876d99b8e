"""Asks a real Caffe in another interpreter, which needs nothing of ours installed."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from types import TracebackType
from typing import Self

from ..net import NetState
from ..net.state import Phase
from .answers import Comparison, Model, Reply, Run, Slopes, Verdict
from .process import Worker
from .questions import DEFAULT_LIMITS, DEFAULT_PLAN, Feed, Files, Limits, NetText, Plan
from .training import Training

#: What a worker may take beyond the time limit of the process that answers: to write files, fork and report.
GRACE_SECONDS = 30.0


class Peer:
    """A real Caffe behind a command that starts a Python interpreter, such as `["chroot", DIR, "python3"]`.

    `["docker", "run", "-i", IMAGE, "python"]` and `["python3"]` do as well. Used as a context manager; `jobs`
    is how many questions of a batch may be under way at once, each in a worker of its own.

    Raises:
        PeerError: on entry if the command, the interpreter or its `caffe` module is not to be had; later if a
            worker dies or falls silent. A net that Caffe rejects, or that crashes it, is an answer, no error.
    """

    def __init__(self, command: Sequence[str], *, jobs: int = 1, limits: Limits = DEFAULT_LIMITS) -> None:
        self._command = tuple(command)
        self._jobs = jobs
        self._limits = limits
        self._idle: list[Worker] = []

    def __enter__(self) -> Self:
        self._idle.append(Worker(self._command))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._idle:
            self._idle.pop().close()

    def load(
        self, text: str | bytes, *, phase: Phase = "TEST", level: int = 0, stages: Iterable[str] = ()
    ) -> Verdict:
        """Caffe's verdict on a net in one state."""
        return self._load(NetText(text, NetState(phase, level, tuple(stages))))

    def load_all(self, nets: Iterable[NetText]) -> list[Verdict]:
        """The verdicts on many nets, in their order, `jobs` of them under way at once."""
        with ThreadPoolExecutor(self._jobs) as pool:
            return list(pool.map(self._load, nets))

    def run(self, net: NetText, plan: Plan = DEFAULT_PLAN, *, blobs: Iterable[str] | None = None) -> Run:
        """What a net computes: `blobs`, or else its outputs, and the gradients of all its parameters."""
        names = None if blobs is None else list(blobs)
        return Run.of(self._ask("run", {"net": _net(net), "plan": _plan(plan), "blobs": names}))

    def compare(
        self,
        net: NetText,
        reference: NetText,
        plan: Plan = DEFAULT_PLAN,
        *,
        blobs: Mapping[str, str] | None = None,
    ) -> Comparison:
        """How far what a net computes is from what a reference computes with the same feeds and weights.

        `blobs` maps names in the net to names in the reference; without it, the net's outputs that the
        reference has too are compared.
        """
        nets = {"net": _net(net), "reference": _net(reference)}
        names = None if blobs is None else dict(blobs)
        return Comparison.of(self._ask("compare", {**nets, "plan": _plan(plan), "blobs": names}))

    def save(self, net: NetText, plan: Plan = DEFAULT_PLAN) -> Model:
        """The .caffemodel that Caffe writes of a net, with the weights that the plan gives it."""
        return Model.of(self._ask("save", {"net": _net(net), "plan": _plan(plan)}))

    def slopes(self, net: NetText, plan: Plan = DEFAULT_PLAN) -> Slopes:
        """Whether the gradients of a net with a loss are right, by difference quotients of the loss."""
        return Slopes.of(self._ask("slopes", {"net": _net(net), "plan": _plan(plan)}))

    def solve(self, text: str | bytes, files: Files, *, steps: int | None = 1) -> Training:
        """What a solver does with its nets, which `files` holds, in so many steps; None: in max_iter."""
        question = {"text": _latin1(text), "files": _files(files), "steps": steps}
        return Training.of(self._ask("solve", question))

    def _load(self, net: NetText) -> Verdict:
        return Verdict.of(self._ask("load", {"net": _net(net)}))

    def _ask(self, operation: str, question: Mapping[str, object]) -> Reply:
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = Worker(self._command)
        asked = {"operation": operation, **asdict(self._limits), **question}
        reply = worker.ask(asked, self._limits.seconds + GRACE_SECONDS)
        self._idle.append(worker)
        return reply


def _net(net: NetText) -> dict[str, object]:
    return {"text": _latin1(net.text), "files": _files(net.files), **net.state._asdict()}


def _plan(plan: Plan) -> dict[str, object]:
    feeds = {name: _feed(feed) for name, feed in plan.feeds.items()}
    return asdict(replace(plan, feeds={})) | {"feeds": feeds}


def _feed(feed: Feed) -> float | list[float]:
    return feed if isinstance(feed, float | int) else list(feed)


def _files(files: Files) -> dict[str, str]:
    return {path: _latin1(text) for path, text in files.items()}


def _latin1(text: str | bytes) -> str:
    """Bytes as the characters of the same number, the form in which they travel."""
    return (text.encode() if isinstance(text, str) else text).decode("latin-1")
