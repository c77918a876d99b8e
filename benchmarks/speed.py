"""Measures caffe-lint against what it must not be slower than, as ratios within one run.

Run as `python benchmarks/speed.py`. Ratios travel between machines, seconds do not: each row names what it is
divided by, and both were measured in turns, the best of several.
"""

import gc
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from google.protobuf import text_format

from caffe_lint.lint import lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document, Net, NetState
from caffe_lint.recurrent import find_unrolls
from caffe_lint.recurrent.unroll import unroll
from caffe_lint.recurrent.unroll_options import LstmOptions
from caffe_lint.schema import BVLC, load_schema
from caffe_lint.schema.descriptors import message_class
from caffe_lint.text import Source, parse, paused_collector

LENET = Path(__file__).with_name("lenet.prototxt")
TURNS = 5


def main() -> None:
    """Print all measurements."""
    print(f"{'what':34} {'seconds':>8}  {'ratio':>6}  allowed  of what")
    _long_unroll()
    _cold_start()
    _corpus()


def _row(what: str, seconds: float, of: str = "", other: float = 0, allowed: float = 0) -> None:
    ratio = f"{seconds / other:6.2f}  {allowed:7.2f}" if other else f"{'':6}  {'':7}"
    print(f"{what:34} {seconds:8.3f}  {ratio}  {of}")


def _best(*functions: Callable[[], object]) -> list[float]:
    """The shortest time of each function; they take turns, so that a busy moment hits them all."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(TURNS):
        for function, taken in zip(functions, times, strict=True):
            gc.collect()
            # As the command does it: between files it collects, while it works on one it does not.
            with paused_collector():
                start = perf_counter()
                function()
                taken.append(perf_counter() - start)
    return [min(taken) for taken in times]


def _unroll(steps: int) -> str:
    return unroll(LstmOptions(steps=steps, batch=10, hidden=500, input_shape=(128, 10, 10), style="netspec"))


def _long_unroll() -> None:
    text, short = _unroll(1000), _unroll(100)
    data, rules = text.encode(), all_rules()
    message = message_class("NetParameter", load_schema().view([BVLC]))
    nets: list[Net] = []

    def load() -> None:
        # A fresh net each time: what was read of its layers is remembered.
        nets[:] = Document(Source("net.prototxt", data)).nets([NetState("TRAIN")])

    protobuf, parsing, linting, short_linting, _, detecting = _best(
        lambda: text_format.Parse(text, message()),
        lambda: parse(data),
        lambda: lint(Document(Source("net.prototxt", data)), rules),
        lambda: lint(Document(Source("net.prototxt", short.encode())), rules),
        load,
        lambda: find_unrolls(nets[0]),
    )
    _row("protobuf text_format.Parse, T=1000", protobuf)
    _row("caffe-lint parse, T=1000", parsing, "text_format.Parse", protobuf, 0.4)
    _row("recurrent cells found, T=1000", detecting, "caffe-lint parse", parsing, 1.0)
    _row("caffe-lint lint, T=1000", linting, "text_format.Parse", protobuf, 1.0)
    _row("caffe-lint lint, T=100", short_linting)
    _row("caffe-lint lint, T=1000", linting, "the same at T=100", short_linting, 11.0)


def _cold_start() -> None:
    with tempfile.TemporaryDirectory() as folder:
        # Compiled modules are there in any installation; an environment may forbid a checkout to write them.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def run(*arguments: str) -> Callable[[], object]:
            command = [sys.executable, *arguments]
            return lambda: subprocess.run(command, env=environment, check=True, capture_output=True)

        imports, cold = _best(run("-c", "import click, rich.console"), run("-m", "caffe_lint", str(LENET)))
    _row("import click, rich.console", imports)
    _row("caffe-lint lenet.prototxt, cold", cold, "import click, rich.console", imports, 2.5)


def _corpus() -> None:
    """Every prototxt of a folder of real nets: in one process, and with the cache twice."""
    folder = os.environ.get("CAFFE_LINT_CORPUS")
    if not folder:
        print("second run with cache: not measured, CAFFE_LINT_CORPUS names no folder of real nets")
        return
    files = sum(1 for _ in Path(folder).rglob("*.prototxt"))
    seconds = _checked(folder, "--no-cache", "--jobs", "1")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"all {files} files of the corpus in one run: {files / seconds:.0f} files/s, at most {memory:.0f} MiB"
    )
    _row("corpus, all cores", _checked(folder, "--no-cache"), "one process", seconds, 1.05)
    with tempfile.TemporaryDirectory() as cache:
        first = _checked(folder, "--cache-dir", cache)
        second = min(_checked(folder, "--cache-dir", cache) for _ in range(TURNS))
    _row("corpus, second run with cache", second, "the first run", first, 0.1)


def _checked(folder: str, *options: str) -> float:
    """How long it takes to check a folder."""
    command = [sys.executable, "-m", "caffe_lint", "--format", "concise", "--fail-on", "never"]
    start = perf_counter()
    subprocess.run([*command, *options, folder], check=True, capture_output=True)
    return perf_counter() - start


if __name__ == "__main__":
    main()
