"""`caffe-lint verify`: both judgements side by side, with a Caffe that only pretends, and with a real one."""

import json
import random
import shlex
import sys
from pathlib import Path

import jsonschema
import pytest

from caffe_lint.cli import main
from caffe_lint.cli.verify import judge
from caffe_lint.net import Document
from caffe_lint.peer import Peer
from caffe_lint.text import Source
from tests.real_caffe.build import default_folder

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "caffe_lint/report/verify.schema.json").read_text(encoding="utf-8"))

#: Says of a net what a comment in its text tells it to say.
FAKE = """
import json, os, re, sys
TRAIN, TEST = 0, 1

def set_mode_cpu():
    pass

class Layer:
    def __init__(self, type, shapes):
        self.type, self.blobs = type, list(map(Blob, shapes))

class Blob:
    def __init__(self, shape):
        self.shape = shape

class Net:
    def __init__(self, path, phase, **state):
        said = json.loads(re.search("# caffe: (.*)", open(path).read()).group(1))
        if "dies" in said:
            os.kill(os.getppid(), 9)
        if "log" in said:
            sys.stderr.write("".join(line + chr(10) for line in said["log"]))
            sys.stderr.flush()
            os.abort()
        self._blob_names = list(said["blobs"])
        self._blobs = list(map(Blob, said["blobs"].values()))
        self._layer_names = list(said["params"])
        self.layers = [Layer("Any", shapes) for shapes in said["params"].values()]
        self._blob_loss_weights = [0.0] * len(self._blobs)
        self.inputs = self.outputs = []

    def _bottom_ids(self, index):
        return []

    _top_ids = _bottom_ids
"""

NET = """\
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip" inner_product_param { num_output: 5 } }
"""
BUILT = {"blobs": {"x": [2, 3], "ip": [2, 5]}, "params": {"x": [], "ip": [[5, 3], [5]]}}
FATAL = "F1123 10:00:00.1     7 "


def dying(message: str) -> dict[str, list[str]]:
    return {"log": [FATAL + message]}


@pytest.fixture
def caffe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A command with the fake Caffe behind it, started in an empty folder."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "caffe.py").write_text(FAKE, encoding="ascii")
    monkeypatch.chdir(tmp_path)
    return shlex.join(["env", f"PYTHONPATH={tmp_path / 'modules'}", sys.executable, "-S"])


def write(said: object, net: str = NET, name: str = "net.prototxt") -> str:
    Path(name).write_text(f"{net}# caffe: {json.dumps(said)}\n", encoding="utf-8")
    return name


def test_agreement(caffe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--caffe", caffe, write(BUILT)]) == 0
    assert capsys.readouterr().out == (
        "net.prototxt\n"
        "  TRAIN; TEST: agree, both accept it, with the same 3 shapes\n"
        "caffe-lint and Caffe agree in 2 of 2 states\n"
    )


def test_the_environment_names_caffe(
    caffe: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAFFE_LINT_CAFFE", caffe)
    assert main(["verify", write(BUILT), "--phase", "test"]) == 0
    assert "TEST: agree, both accept it, with the same 3 shapes\n" in capsys.readouterr().out


def test_other_shapes(caffe: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = {"blobs": {"x": [2, 3], "ip": [2, 6]}, "params": {"x": [], "ip": [[6, 3]], "y": []}}
    assert main(["verify", "--caffe", caffe, write(said)]) == 1
    assert capsys.readouterr().out == (
        "net.prototxt\n"
        "  TRAIN; TEST: differ, both accept it, but 3 things differ\n"
        "    layer 'y' exists in Caffe only\n"
        "    blob 'ip' is 2x5 in caffe-lint, 2x6 in Caffe\n"
        "    params 'ip' are 5x3 and 5 in caffe-lint, 6x3 in Caffe\n"
        "caffe-lint and Caffe agree in 0 of 2 states, 2 differ\n"
    )


def test_rejected_by_caffe_only(caffe: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = dying("inner_product_layer.cpp:1] Check failed: it (layer 'ip')")
    assert main(["verify", "--caffe", caffe, "--phase", "TRAIN", write(said)]) == 1
    assert capsys.readouterr().out == (
        "net.prototxt\n"
        "  TRAIN: differ, only Caffe rejects it\n"
        "    Caffe, line 2 ('ip'): inner_product_layer.cpp:1] Check failed: it (layer\n"
        "      'ip')\n"
        "caffe-lint and Caffe agree in 0 of 1 state, 1 differs\n"
    )


def test_rejected_by_caffe_lint_only(caffe: str, capsys: pytest.CaptureFixture[str]) -> None:
    net = NET.replace('type: "Input"', 'type: "Foo"')
    assert main(["verify", "--caffe", caffe, "--phase", "TRAIN", write(BUILT, net)]) == 1
    _, state, finding, *_ = capsys.readouterr().out.splitlines()
    assert state == "  TRAIN: differ, only caffe-lint rejects it"
    assert finding.startswith("    caffe-lint, line 1: CL103 unknown-layer-type: ")


def test_missing_data_cannot_be_compared(caffe: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = dying("hdf5_data_layer.cpp:90] Failed to open source file: x")
    assert main(["verify", "--caffe", caffe, write(said)]) == 2
    captured = capsys.readouterr()
    assert "  TRAIN; TEST: not comparable, a data source is missing where Caffe runs\n" in captured.out
    assert captured.out.endswith("agree in 0 of 2 states, 2 are not comparable\n")
    assert (
        captured.err
        == "caffe-lint: nothing could be compared: Caffe stopped for other reasons than the nets\n"
    )
    assert main(["verify", "--caffe", caffe, "net.prototxt", write(BUILT, name="b.prototxt")]) == 0


def test_json(caffe: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = dying("insert_splits.cpp:29] Unknown bottom blob 'y' (layer 'ip', bottom index 0)")
    path = write(said, NET.replace('bottom: "x"', 'bottom: "y"'))
    assert (
        main(["verify", "--caffe", caffe, "--format", "json", "--stage", "a", "--phase", "TEST", path]) == 0
    )
    files = json.loads(capsys.readouterr().out)
    jsonschema.validate(files, SCHEMA)
    assert files == [
        {
            "path": "net.prototxt",
            "states": [
                {
                    "phase": "TEST",
                    "level": 0,
                    "stages": ["a"],
                    "outcome": "agree",
                    "obstacle": "",
                    "findings": [
                        {
                            "code": "CL101",
                            "name": "unknown-bottom",
                            "message": "'ip' reads 'y', which no layer makes",
                            "line": 2,
                        }
                    ],
                    "caffe": {
                        "accepted": False,
                        "error": said["log"][0].removeprefix(FATAL),
                        "layer": "ip",
                        "line": 2,
                    },
                    "differences": [],
                    "compared": 0,
                }
            ],
        }
    ]


def test_names_are_text(caffe: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = dying("net.cpp:1] Check failed: \x1b[31m[bold]")
    assert main(["verify", "--caffe", caffe, write(said)]) == 1
    assert r"Check failed: \x1b[31m[bold]" in capsys.readouterr().out


def test_colour(caffe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--caffe", caffe, "--color", "always", write(BUILT)]) == 0
    assert "TEST: \x1b[1;92magree\x1b[0m, both" in capsys.readouterr().out


def test_folders_are_searched_for_nets(caffe: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(BUILT)
    Path("solver.prototxt").write_text('net: "net.prototxt"')
    assert main(["verify", "--caffe", caffe, "."]) == 0
    assert "solver" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["solver.prototxt"], "'solver.prototxt' holds no net"),
        (["./solver.prototxt"], "'solver.prototxt' holds no net"),
        (["."], "no file holds a net"),
        (["none.prototxt"], "no such file or folder: 'none.prototxt'"),
        ([], "Missing argument 'NET...'."),
        (["net.txt", "--dialect", "SDD"], "no Caffe called 'SDD' is known"),
        (["net.txt", "--caffe", ""], "Invalid value for '--caffe': it names no command"),
        (["net.txt", "--caffe", "'"], "Invalid value for '--caffe': ''': No closing quotation"),
    ],
)
def test_wrong_calls(
    arguments: list[str], message: str, caffe: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert caffe
    Path("solver.prototxt").write_text('net: "net.prototxt"')
    write(BUILT, name="net.txt")
    assert main(["verify", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"caffe-lint: {message}")


def test_without_a_caffe_it_is_told_how_to_get_one(caffe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert caffe
    assert main(["verify", "--caffe", "no-such-python", write(BUILT)]) == 2
    assert (
        capsys.readouterr().err
        == """\
caffe-lint: cannot start 'no-such-python': No such file or directory
verify needs a Python that can 'import caffe'; name it with --caffe, or in CAFFE_LINT_CAFFE:
  Debian 11, Ubuntu 20.04: apt install python3-caffe, then --caffe /usr/bin/python3
  conda: conda create -n caffe caffe, then --caffe with the path of that environment's python
  docker: --caffe 'docker run --rm -i bvlc/caffe:cpu python'
pip cannot install it: the package 'caffe' of PyPI is an empty placeholder
"""
    )


def test_a_caffe_that_goes_away_is_an_error(caffe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--caffe", caffe, write({"dies": 1})]) == 2
    assert capsys.readouterr().err == f"caffe-lint: '{caffe}' was killed by SIGKILL\n"


@pytest.mark.caffe
def test_real_caffe_agrees_on_the_examples(real_caffe: Peer, capsys: pytest.CaptureFixture[str]) -> None:
    assert real_caffe
    command = shlex.join(["chroot", str(default_folder()), "python3"])
    assert main(["verify", "--caffe", command, "--phase", "TEST", str(ROOT / "examples")]) == 0
    out = capsys.readouterr().out
    assert out.endswith("caffe-lint and Caffe agree in 5 of 5 states\n")
    # Caffe stops at the distant Eltwise; caffe-lint's finding stands at the Slice.
    assert "Caffe, line 316 ('t1/lstm/c_f'): eltwise_layer.cpp" in out
    assert "caffe-lint, line 286: CL503 uneven-gates" in out


SAMPLE = 80

KNOWN_DIFFERENCES: dict[str, str] = {}
"""Files of the sample on which caffe-lint and Caffe differ, with the reason."""


@pytest.mark.caffe
@pytest.mark.corpus
def test_real_caffe_agrees_on_a_sample_of_real_nets(real_caffe: Peer, corpus: Path) -> None:
    folder = corpus / "corpus"
    documents = [
        Document(Source(str(path.relative_to(folder)), path.read_bytes()), "bvlc")
        for path in sorted(folder.rglob("*.prototxt"))
    ]
    nets = [document for document in documents if len(document.source.data) < 30_000]
    sample = [net for net in random.Random(7).sample(nets, SAMPLE) if net.root_type == "NetParameter"]
    differing = {
        file["path"]: state
        for file in judge(sample, real_caffe)
        for state in file["states"]
        if state["outcome"] == "differ"
    }
    assert differing.keys() == KNOWN_DIFFERENCES.keys(), differing
