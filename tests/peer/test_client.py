"""The peer with a module `caffe` that only pretends: every way in which an answer can come or fail to."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from runpy import run_module
from tempfile import TemporaryDirectory

import pytest

from caffe_lint.net import NetState
from caffe_lint.peer import BuiltLayer, Limits, NetText, Peer, PeerError

#: Behaves as pycaffe does when the text of the net says so, in Python 2.7 and 3.
FAKE = r"""
import os, signal, sys, time

TRAIN, TEST = 0, 1

def set_mode_cpu():
    pass

class Blob:
    shape = [2, 3]

class Layer:
    type = "Input"
    blobs = [Blob()]

def log(line):
    os.write(2, (line + "\n").encode("ascii"))

def die(line):
    log("I1123 10:00:00.1     7 net.cpp:1] before")
    log("F1123 10:00:00.2     7 " + line)
    log("*** Check failure stack trace: ***")
    os.abort()

class Net:
    def __init__(self, path, phase, **state):
        with open(path, "rb") as source:
            text = source.read()
        word = text.split(b" ")[0].decode("ascii")
        print("this goes to the log, not between the answers")
        if word == "check":
            die("net.cpp:100] Check failed: 1 == 2 (1 vs. 2) two\nlines")
        if word == "parse":
            log("[libprotobuf ERROR text_format.cc:309] Error parsing text-format caffe.NetParameter: 1:5")
            die("upgrade_proto.cpp:90] Failed to parse")
        if word == "allocate":
            die("syncedmem.hpp:33] Check failed: *ptr host allocation of size 8 failed")
        if word == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if word == "hang":
            time.sleep(60)
        if word == "raise":
            raise ValueError("no such layer")
        if word == "exhaust":
            bytearray(1 << 40)
        if word == "exit":
            os._exit(3)
        if word == "kill":
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(60)
        self._blob_names = [text.decode("latin-1"), "%d %s" % (phase, sorted(state.items()))]
        self._blobs = [Blob(), Blob()]
        self._layer_names = ["a"]
        if word == "undecodable":
            self._layer_names = (name.decode("utf-8") for name in [b"\xff"])
        self.layers = [Layer()]
        self._blob_loss_weights = [0.0, 2.0]
        self.inputs = self.outputs = self._blob_names[:1]
        log("I1123 10:00:00.1     7 net.cpp:1] a needs backward computation.")
        log("I1123 10:00:00.1     7 net.cpp:2] Network initialization done.")

    def _bottom_ids(self, index):
        return []

    def _top_ids(self, index):
        return [index]
"""


def behind(folder: Path, interpreter: str = sys.executable) -> list[str]:
    """An interpreter that finds modules in a folder, none in site-packages, and leaves its litter there."""
    return ["env", f"PYTHONPATH={folder}", f"TMPDIR={folder}", interpreter, "-S"]


@pytest.fixture(params=["python3", pytest.param("python2.7", marks=pytest.mark.caffe)], scope="module")
def peer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """Pretends in this Python, and in the old one that lives beside real Caffe."""
    with ExitStack() as resources:
        if request.param == "python3":
            folder = tmp_path_factory.mktemp("fake")
            command = behind(folder)
        else:
            root: Path = request.getfixturevalue("real_caffe_root")
            folder = Path(resources.enter_context(TemporaryDirectory(dir=root / "tmp")))
            command = ["chroot", str(root), *behind("/" / folder.relative_to(root), "python2.7")]
        (folder / "caffe.py").write_text(FAKE, encoding="ascii")
        limits = Limits(seconds=3.0, memory=1 << 30)
        yield resources.enter_context(Peer(command, jobs=2, limits=limits))


def test_accepted_net_is_described(peer: Peer) -> None:
    verdict = peer.load("fine", phase="TRAIN", level=3, stages=["deep"])
    assert verdict.accepted
    assert verdict.status == "ok"
    assert verdict.error == ""
    assert verdict.layers == (BuiltLayer("a", "Input", (), ("fine",)),)
    assert verdict.params == {"a": ((2, 3),)}
    assert verdict.inputs == verdict.outputs == ("fine",)
    assert verdict.needs_backward == ("a",)
    assert verdict.loss == {"0 [('level', 3), ('stages', ['deep'])]": 2.0}


def test_level_and_stages_are_not_given_when_they_are_none(peer: Peer) -> None:
    assert "1 []" in peer.load("fine").blobs, "Caffe before 2016 knows neither"


def test_net_with_undecodable_names_is_accepted(peer: Peer) -> None:
    verdict = peer.load("undecodable")
    assert verdict.accepted
    assert verdict.error.startswith("UnicodeDecodeError: ")


def test_bytes_of_the_text_arrive_unchanged(peer: Peer) -> None:
    data = bytes(range(256))
    verdict = peer.load(b"fine " + data)
    assert verdict.inputs[0].encode("latin-1") == b"fine " + data


@pytest.mark.parametrize(
    ("text", "status", "error"),
    [
        ("check", "fatal", "net.cpp:100] Check failed: 1 == 2 (1 vs. 2) two\nlines"),
        ("parse", "fatal", "upgrade_proto.cpp:90] Failed to parse"),
        ("allocate", "memory", "syncedmem.hpp:33] Check failed: *ptr host allocation of size 8 failed"),
        ("exhaust", "memory", "MemoryError: "),
        ("crash", "signal", "SIGSEGV"),
        ("raise", "exception", "ValueError: no such layer"),
        ("hang", "timeout", "no end within the time limit"),
    ],
)
def test_rejected_net_and_the_next_one(peer: Peer, text: str, status: str, error: str) -> None:
    verdict = peer.load(text)
    assert (verdict.accepted, verdict.status, verdict.error) == (False, status, error)
    assert not verdict.layers
    assert peer.load("fine").accepted, "one bad net must not spoil the next"


def test_text_format_error_comes_along(peer: Peer) -> None:
    assert peer.load("parse").text_format_errors == ("Error parsing text-format caffe.NetParameter: 1:5",)


def test_child_that_leaves_early_is_no_success(peer: Peer) -> None:
    verdict = peer.load("exit")
    assert verdict.status == "exception"
    assert verdict.error.startswith("exit 3")


def test_file_outside_of_the_folder_is_refused(peer: Peer) -> None:
    verdict = peer.load_all([NetText("fine", files={"../evil.txt": "x"})])[0]
    assert verdict.error == "ValueError: file '../evil.txt' lies outside the question's folder"


def test_file_is_whole_for_whoever_reads_it_while_it_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two nets that are compared, the first one prefetches its data while the second one is built."""
    monkeypatch.chdir(tmp_path)
    write_files = run_module("caffe_lint.peer.worker")["write_files"]
    write_files({"lists/train.txt": "image.ppm 0"})
    with Path("lists/train.txt").open() as reader:
        write_files({"lists/train.txt": "other.ppm 1"})
        assert reader.read() == "image.ppm 0"
    assert Path("lists/train.txt").read_text() == "other.ppm 1"


def test_batch_keeps_its_order(peer: Peer) -> None:
    texts = [f"fine {number}" for number in range(12)]
    verdicts = peer.load_all(NetText(text, NetState("TRAIN")) for text in texts)
    assert [verdict.inputs[0] for verdict in verdicts] == texts


def test_dead_worker_is_an_error_and_is_replaced(peer: Peer) -> None:
    with pytest.raises(PeerError, match=r"' was killed by SIGKILL$"):
        peer.load("kill")
    assert peer.load("fine").accepted


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "caffe.py").write_text(FAKE, encoding="ascii")
    with Peer(behind(tmp_path)) as peer:
        peer.load_all([NetText("fine"), NetText("crash"), NetText("fine", files={"lists/train.txt": "x"})])
    assert [path.name for path in tmp_path.iterdir()] == ["caffe.py"]


def complaint(command: list[str]) -> str:
    with pytest.raises(PeerError) as caught, Peer(command):
        pass
    return str(caught.value).replace(f"'{shlex.join(command)}'", "COMMAND")


def test_missing_program() -> None:
    assert complaint(["no-such-program"]) == "cannot start COMMAND: No such file or directory"


def test_program_that_fails() -> None:
    assert complaint(["echo", "hello"]).startswith("COMMAND is no Python interpreter, it said 'hello -c ")
    assert complaint(["ls", "/no/such/place"]).startswith("COMMAND ended with status 2: ls: ")


def test_missing_module(tmp_path: Path) -> None:
    version = sys.version.split()[0]
    assert complaint(behind(tmp_path)) == f"the Python {version} of COMMAND has no module 'caffe'"


def test_empty_placeholder_of_pypi(tmp_path: Path) -> None:
    (tmp_path / "caffe-0.1.0.dist-info").mkdir()
    assert complaint(behind(tmp_path)).endswith(
        " of COMMAND has only the package 'caffe' of PyPI, an empty placeholder, and no pycaffe"
    )


def test_module_that_is_not_pycaffe(tmp_path: Path) -> None:
    (tmp_path / "caffe.py").touch()
    assert complaint(behind(tmp_path)).endswith(
        f" of COMMAND has a module 'caffe' without a 'Net', which is not pycaffe: {tmp_path}/caffe.py"
    )


def test_module_that_cannot_be_imported(tmp_path: Path) -> None:
    (tmp_path / "caffe.py").write_text(
        "raise ImportError('libcudart.so.8.0: cannot open shared object file')"
    )
    assert complaint(behind(tmp_path)).endswith(
        " of COMMAND cannot import its module 'caffe':"
        " ImportError: libcudart.so.8.0: cannot open shared object file"
    )


def test_silent_worker_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("caffe_lint.peer.process.START_SECONDS", 0.2)
    (tmp_path / "caffe.py").write_text("import time; time.sleep(60)")
    assert complaint(behind(tmp_path)) == "COMMAND gave no answer within 0.2 seconds"
