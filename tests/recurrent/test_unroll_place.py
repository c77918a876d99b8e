"""`caffe-lint unroll --into NET --at MARK`: what is written where, again too, and what has no place."""

import re
import stat
from pathlib import Path

import pytest

from caffe_lint.cli import main
from caffe_lint.recurrent.unroll import unroll_layers
from caffe_lint.recurrent.unroll_options import LstmOptions
from caffe_lint.recurrent.unroll_place import PlaceError, place
from caffe_lint.text import Source
from tests.recurrent.native_nets import CONT, X

ABOVE = f'# my net\nname: "net"\n{X}{CONT}'
MARK = "# caffe-lint: unroll encoder\n"
END = "# caffe-lint: end encoder\n"
BELOW = 'layer { name: "relu" type: "ReLU" bottom: "H" top: "relu" }  # end\n'
NET = ABOVE + MARK + BELOW
OPTIONS = LstmOptions(steps=5, batch=3, hidden=4, bottom="X", cont="cont")
LAYERS = unroll_layers(OPTIONS)
COMMAND = ["unroll", "lstm", "--steps", "5", "--batch", "3", "--hidden", "4", "--bottom", "X", "--cont"]


def placed(text: str, layers: str = LAYERS, name: str = "encoder") -> str:
    return place(Source("net.prototxt", text.encode()), name, layers).decode()


def test_layers_stand_behind_the_mark() -> None:
    assert placed(NET) == ABOVE + MARK + LAYERS + END + BELOW


def test_a_second_run_changes_nothing() -> None:
    once = placed(NET)
    assert placed(once) == once


def test_a_later_run_replaces_what_was_there() -> None:
    other = unroll_layers(LstmOptions(steps=5, batch=3, hidden=4, bottom="X", cont="cont", style="netspec"))
    assert placed(placed(NET), other) == placed(NET, other) == ABOVE + MARK + other + END + BELOW
    assert placed(placed(NET, other)) == placed(NET)


def test_other_marks_stay() -> None:
    text = NET + "# caffe-lint: unroll decoder\n"
    both = placed(placed(text), LAYERS.replace('"H"', '"G"').replace('"t', '"d/t'), name="encoder")
    assert both.endswith(BELOW + "# caffe-lint: unroll decoder\n")


@pytest.mark.parametrize(
    "mark",
    ["  # caffe-lint: unroll encoder\n", "#caffe-lint:unroll  encoder \n", "#\tcaffe-lint: unroll encoder\n"],
)
def test_forms_of_the_mark(mark: str) -> None:
    assert placed(ABOVE + mark) == ABOVE + mark + LAYERS + END


def test_mark_at_the_end_of_the_file() -> None:
    text = placed(ABOVE + MARK.rstrip())
    assert text == ABOVE + MARK + LAYERS + END
    assert placed(text) == text
    assert placed(text.rstrip()) == text.rstrip()


def test_line_ends_are_those_of_the_file() -> None:
    text = placed(NET.replace("\n", "\r\n"))
    assert text == placed(NET).replace("\n", "\r\n")
    assert placed(text) == text


ELSEWHERE = 'layer { name: "a" type: "ReLU" bottom: "X" top: "H" }\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ABOVE, "'net.prototxt' has no line '# caffe-lint: unroll encoder': it has none"),
        (
            "# caffe-lint: unroll b\n# caffe-lint: unroll a\n",
            "'net.prototxt' has no line '# caffe-lint: unroll encoder': it has 'a', 'b'",
        ),
        (MARK + MARK, "'net.prototxt' marks 'encoder' several times, in lines 1 and 2"),
        (END + MARK, "'net.prototxt' must end 'encoder' once, below line 2, found in line 1"),
        (MARK + END + END, "'net.prototxt' must end 'encoder' once, below line 1, found in lines 2 and 3"),
        (
            f"{MARK}# caffe-lint: unroll b\n{END}",
            "'net.prototxt' has other marks inside of 'encoder', in line 2",
        ),
        (
            f"layer {{\n{MARK}}}\n",
            "the mark in line 2 must stand between layers, not in the 'layer' of line 1",
        ),
        (MARK + X + CONT, "no layer above the mark makes the blob 'cont'"),
        (
            ABOVE + 'layer { name: "concat_h" type: "ReLU" bottom: "X" top: "a" }\n' + MARK,
            "the net has another layer 'concat_h': choose a prefix",
        ),
        (ABOVE + ELSEWHERE + MARK, "the net has another blob 'H': choose a prefix"),
        (ABOVE + MARK + ELSEWHERE, "the net has another blob 'H': choose a prefix"),
        ("base_lr: 1\n" + MARK, "'net.prototxt' holds no net"),
        (NET + "layer {", "'net.prototxt' is no prototxt that Caffe reads; check says why"),
        (
            'layers { name: "a" type: DUMMY_DATA top: "a" }\n' + MARK,
            "'net.prototxt' has layers of the old form ('layers'), which no new layer may stand beside: "
            "caffe-lint --fix writes them in the new form",
        ),
        (
            NET.replace(X, X.replace("dim: 5", "dim: 4")),
            "Caffe would reject the new layer 'slice_Mx': axis 0 of 'lstm/Mx' (4x3x16) is too short for 5 "
            "tops",
        ),
        (
            NET.replace(CONT, CONT.replace("dim: 5", "dim: 4")),
            "Caffe would reject the new layer 'slice_cont': axis 0 of 'cont' (4x3) is too short for 5 tops",
        ),
    ],
)
def test_what_has_no_place(text: str, message: str) -> None:
    with pytest.raises(PlaceError, match=f"^{re.escape(message)}$"):
        placed(text)


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, other = tmp_path / "net.prototxt", tmp_path / "other.prototxt"
    path.write_text(NET)
    path.chmod(0o640)
    into = [*COMMAND, "--into", str(path), "--at", "encoder"]
    assert main([*into, "-o", str(other)]) == 0
    assert (path.read_text(), other.read_text()) == (NET, placed(NET))
    for _ in range(2):
        assert main(into) == 0
        assert path.read_text() == placed(NET)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert capsys.readouterr().out == ""
    assert main([str(path)]) == 0
    assert sorted(tmp_path.iterdir()) == [path, other]


def test_command_writes_inputs_without_a_name_of_the_net(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text('name: "mine"\n' + MARK)
    sizes = ["--steps", "2", "--batch", "3", "--hidden", "4", "--input-shape", "5", "--prefix", "a/"]
    assert main(["unroll", "gru", *sizes, "--into", str(path), "--at", "encoder"]) == 0
    assert path.read_text().count("\nname:") == 0
    assert 'top: "a/X"' in path.read_text()
    assert main([str(path)]) == 0


@pytest.mark.parametrize("half", [["--into", "net.prototxt"], ["--at", "encoder"]])
def test_half_a_place(half: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMMAND, *half]) == 2
    message = "--into names a net and --at a mark in it: give both or neither"
    assert capsys.readouterr().err == f"caffe-lint: {message}\n"
