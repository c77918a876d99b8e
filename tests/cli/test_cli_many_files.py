"""Many files: processes and the cache change nothing of what is said, whatever happens to them."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from caffe_lint.cli import linting, main, progress, workers
from caffe_lint.cli.outcome import Outcome
from caffe_lint.cli.work import Work
from caffe_lint.lint import Diagnostic, NetContext, Rule
from caffe_lint.lint.registry import all_rules
from tests.cli.file_modes import obeying

Captured = pytest.CaptureFixture[str]

# A test run in the background may have been told to ignore interrupts, which a child inherits.
LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
COMMAND = [sys.executable, "-c", f"{LISTENING}; from caffe_lint.cli import run; run()"]
PARALLEL = ["--jobs", "2", "--no-cache"]
PATIENCE = 40
CACHE = Path(".caffe_lint_cache")
NET = """\
name: "net{}"
layer {{ name: "x" type: "Input" top: "x" input_param {{ shape {{ dim: 2 dim: 3 }} }} }}
layer {{ name: "r" type: "ReLU" bottom: "{}" top: "y" }}
"""
LONG_COMMENT = "# a long comment\n" * 2000
"""Behind it, 20 files are enough for processes."""

SLOW_RULE = '''\
"""Waits."""

import os
import time
from pathlib import Path

from caffe_lint.lint import DocumentRule


class Waits(DocumentRule):
    code = "XX001"
    name = "waits"

    def check(self, document):
        Path(f"working.{os.getpid()}").touch()
        time.sleep(60)
        return iter(())
'''


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAFFE_LINT_CACHE_DIR", raising=False)
    monkeypatch.setattr(linting, "FEW_BYTES", 0)
    monkeypatch.setattr(workers, "_BATCH_FILES", 3)
    Path("nets").mkdir()
    for number in range(20):
        Path(f"nets/{number:02}.prototxt").write_text(NET.format(number, "x" if number % 3 else "z"))


def said(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    """What a run says: exit code, standard output, standard error output."""
    code = main([*arguments, "nets"])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


# --- processes


@pytest.mark.parametrize("name", ["full", "json", "sarif", "junit"])
def test_processes_change_nothing(name: str, capsys: Captured) -> None:
    alone = said(capsys, "--format", name, "--jobs", "1", "--no-cache")
    assert alone[0] == 1
    assert said(capsys, "--format", name, *PARALLEL) == alone


def test_processes_that_begin_anew_find_the_same(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    alone = said(capsys, "--format", "json", "--jobs", "1", "--no-cache")
    monkeypatch.setattr(workers, "START_METHOD", "spawn")
    assert said(capsys, "--format", "json", *PARALLEL) == alone


@pytest.mark.parametrize("option", ["--diff", "--fix", "--add-ignores"])
def test_processes_mend_as_one_does(option: str, capsys: Captured) -> None:
    before = {path: path.read_bytes() for path in Path("nets").iterdir()}
    for path in before:
        path.write_text(NET.format("", "x") + "layers { name: 'old' type: RELU bottom: 'x' top: 'z' }\n")
        path.write_text(path.read_text().replace("layer {", "layers {").replace('"Input"', "DUMMY_DATA"))
    start = {path: path.read_bytes() for path in before}
    alone = said(capsys, option, "--jobs", "1")
    mended = {path: path.read_bytes() for path in before}
    for path, data in start.items():
        path.write_bytes(data)
    assert said(capsys, option, "--jobs", "2") == alone
    assert {path: path.read_bytes() for path in before} == mended
    assert (mended == start) == (option == "--diff")
    assert not CACHE.exists()


def test_a_few_small_files_need_neither_processes_nor_cache() -> None:
    code = "from caffe_lint.cli import main; import sys; main(sys.argv[1:]); print(*sys.modules)"
    run = [sys.executable, "-c", code, "--jobs", "2", "nets"]
    loaded = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    late = {"multiprocessing", "concurrent.futures", "rich", "hashlib", "caffe_lint.cli.cache"}
    assert late.isdisjoint(loaded)
    assert "caffe_lint.cli.check" in loaded
    assert not CACHE.exists()


def test_an_unreadable_file_among_a_thousand(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr(workers, "_BATCH_FILES", 100)
    for number in range(1000):
        Path(f"nets/{number:03}.prototxt").write_text('name: "net"')
    with Path("nets/500.prototxt").open("wb") as file:
        file.truncate(2**25 + 1)
    code, out, err = said(capsys, "--format", "concise", "--select", "CL106", *PARALLEL)
    assert (code, err) == (2, "caffe-lint: 'nets/500.prototxt' is larger than the limit of 32 MiB\n")
    assert out.count("CL106") == 999


def test_a_full_disk_leaves_every_file_as_it_was(capsys: Captured) -> None:
    for path in Path("nets").iterdir():
        path.write_text('layers { name: "x" type: DUMMY_DATA top: "x" dummy_data_param { num: 1 } }\n' * 30)
    # Whoever runs the test: no file can grow so large as these are.
    before = {path: path.read_bytes() for path in Path("nets").iterdir()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        code = main(["--fix-only", "--jobs", "2", "nets"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert code == 2
    assert capsys.readouterr().err.count(": File too large\n") == len(before)
    assert {path: path.read_bytes() for path in Path("nets").iterdir()} == before
    assert not [path for path in Path("nets").iterdir() if path.name.startswith(".")]


def test_processes_that_cannot_be_made_are_done_without(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    alone = said(capsys, "--jobs", "1", "--no-cache")

    def refuse(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(workers, "ProcessPoolExecutor", refuse)
    assert said(capsys, *PARALLEL) == alone


def test_a_read_only_file_does_not_keep_the_others_from_being_fixed() -> None:
    old = 'layers { name: "x" type: DUMMY_DATA top: "x" dummy_data_param { num: 1 } }\n' + LONG_COMMENT
    for path in Path("nets").iterdir():
        path.write_text(old)
    Path("nets/05.prototxt").chmod(0o444)
    command = obeying([*COMMAND, "--fix-only", "--jobs", "2", "nets"])
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    message = "caffe-lint: cannot write 'nets/05.prototxt': Permission denied\n"
    assert (run.returncode, run.stderr) == (2, message)
    assert [path.name for path in sorted(Path("nets").iterdir()) if path.read_text() == old] == [
        "05.prototxt"
    ]


def test_a_rule_that_raises_in_a_worker(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def fail(rule: Rule, context: NetContext) -> Iterator[Diagnostic]:
        if context.net.name in ("net7", "net13"):
            raise KeyError(rule.code)
        return iter(())

    (rule,) = (rule for rule in all_rules() if rule.code == "CL101")
    monkeypatch.setattr(type(rule), "check", fail)
    code, out, err = said(capsys, *PARALLEL)
    assert (code, out) == (3, "")
    assert err == (
        "caffe-lint: internal error: rule CL101 (unknown-bottom) on nets/07.prototxt: KeyError: 'CL101'\n"
    )


def test_a_worker_that_dies(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    parent = os.getpid()

    def die(*_: object) -> None:
        assert os.getpid() != parent
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(Work, "each", die)
    assert said(capsys, *PARALLEL) == (
        3,
        "",
        "caffe-lint: internal error: a worker process died, perhaps of too little memory; "
        "--jobs 1 does without them\n",
    )


def test_a_worker_that_dies_while_another_has_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def die_late(_: Work, paths: Iterable[Path]) -> Iterator[Outcome]:
        if Path("nets/00.prototxt") in paths:
            time.sleep(1)
            os.kill(os.getpid(), signal.SIGKILL)
        return iter(())

    def give_up(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(Work, "each", die_late)
    monkeypatch.setattr(workers, "_GRACE_SECONDS", 0.5)
    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        code, _, err = said(capsys, *PARALLEL)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert code == 3
    assert err.startswith("caffe-lint: internal error: a worker process died")


def wait_until(happens: Callable[[], bool]) -> None:
    """Wait for something that happens soon; the limit is there for what never does."""
    end = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_alive(group: int) -> bool:
    """Whether a process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_the_run(number: signal.Signals) -> None:
    Path("slow.py").write_text(SLOW_RULE)
    Path("caffe-lint.toml").write_text('plugins = ["slow.py"]\n')
    for path in Path("nets").iterdir():
        path.write_text(path.read_text() + LONG_COMMENT)
    run = subprocess.Popen(
        [*COMMAND, *PARALLEL, "nets"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_until(lambda: len(list(Path().glob("working.*"))) == 2)
    if number == signal.SIGINT:
        os.killpg(run.pid, number)  # as a terminal does
    else:
        run.kill()
    out, err = run.communicate(timeout=PATIENCE)
    assert out == ""
    if number == signal.SIGINT:
        assert (run.returncode, err.strip()) == (130, "caffe-lint: interrupted")
    wait_until(lambda: not is_alive(run.pid))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full")
def test_a_full_disk_behind_the_standard_output() -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*COMMAND, "nets"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    message = "caffe-lint: cannot write the output: No space left on device\n"
    assert (result.returncode, result.stderr) == (2, message)


# --- progress


@pytest.mark.parametrize(("is_tty", "patience"), [(True, 0), (True, 60), (False, 0)])
def test_a_bar_for_those_who_wait_at_a_terminal(
    is_tty: bool,
    patience: float,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    plain = said(capsys, *PARALLEL)
    monkeypatch.setattr(progress, "_PATIENCE_SECONDS", patience)
    monkeypatch.setattr(progress, "_REFRESH_SECONDS", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_tty)
    monkeypatch.setenv("TERM", "xterm")
    code, out, err = said(capsys, *PARALLEL)
    assert (code, out) == plain[:2]
    assert ("Checking" in err and "20/20" in err) == (is_tty and not patience)
    assert bool(err) == (is_tty and not patience)


# --- watch


def test_watch_checks_again_and_ends_by_an_interrupt() -> None:
    net = Path("nets/00.prototxt")
    run = subprocess.Popen(
        [*COMMAND, "--watch", "--format", "concise", str(net)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert ": CL101 " in run.stdout.readline()
    assert run.stdout.readline() == "Found 1 error in 1 file\n"
    time.sleep(0.5)
    net.write_text(NET.format(0, "x"))
    assert run.stdout.readline() == "All checks passed: 1 file\n"
    time.sleep(0.2)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=PATIENCE)
    assert (run.returncode, out) == (130, "")
    assert set(err.splitlines()) == {"Watching for changes, Ctrl-C ends it"}


@pytest.mark.parametrize("more", [["--fix"], ["--diff"], ["--add-ignores"], ["--show-files"]])
def test_watch_only_reports(more: list[str], capsys: Captured) -> None:
    assert main(["--watch", *more, "nets"]) == 2
    assert "--watch can only be combined with what reports findings" in capsys.readouterr().err


def test_watch_needs_files(capsys: Captured) -> None:
    assert main(["--watch", "-"]) == 2
    assert "--watch needs files, not the standard input" in capsys.readouterr().err


def test_json_is_complete_at_any_number_of_jobs(capsys: Captured) -> None:
    _, out, _ = said(capsys, "--format", "json", "--jobs", "7", "--no-cache")
    assert [found["path"] for found in json.loads(out)] == [f"nets/{n:02}.prototxt" for n in range(0, 20, 3)]
