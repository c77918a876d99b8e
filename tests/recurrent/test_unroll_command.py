"""`caffe-lint unroll lstm`: arguments, files, and that caffe-lint finds its nets clean."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import click
import pytest

from caffe_lint.cli import main
from caffe_lint.cli.unroll import gru, lstm, rnn
from caffe_lint.recurrent.unroll import unroll
from caffe_lint.recurrent.unroll_options import (
    Filler,
    GruOptions,
    GruStyle,
    InitialState,
    LstmOptions,
    LstmStyle,
    Output,
    RnnOptions,
    RnnStyle,
    Training,
    UnrollOptions,
)

SIZES = ("unroll", "lstm", "--steps", "2", "--batch", "4", "--hidden", "3")
SMALL = (*SIZES, "--input-shape", "5")


@pytest.mark.parametrize(("kind", "make"), [("lstm", LstmOptions), ("gru", GruOptions), ("rnn", RnnOptions)])
def test_defaults_are_those_of_the_options(
    kind: str, make: type[UnrollOptions], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["unroll", kind, *SMALL[2:]]) == 0
    assert capsys.readouterr().out == unroll(make(steps=2, batch=4, hidden=3, input_shape=(5,)))


def test_every_option_reaches_the_net(capsys: pytest.CaptureFixture[str]) -> None:
    options = LstmOptions(
        steps=2,
        batch=4,
        hidden=3,
        bottom="fc7",
        style="netspec",
        layers=2,
        bidirectional=True,
        peepholes=True,
        forget_bias=1.5,
        static="s",
        cont="mask",
        initial_state="input",
        output="both",
        prefix="a/",
        weight_prefix="w",
        weight=Training(3, 4, Filler("xavier")),
        bias=Training(0.5, 6, Filler("uniform", (("min", 1), ("max", 2)))),
    )
    arguments = "--bottom fc7 --style netspec --cont mask --initial-state input --output both --prefix a/"
    training = "--weight-prefix w --weight-filler xavier --weight-multipliers 3 4 --bias-multipliers 0.5 6"
    cells = "--layers 2 --bidirectional --peepholes --forget-bias 1.5 --static s"
    words = [*arguments.split(), *training.split(), *cells.split()]
    assert main([*SIZES, *words, "--bias-filler", "uniform:min=1,max=2"]) == 0
    assert capsys.readouterr().out == unroll(options)


def test_cont_has_a_name_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--cont", "--style", "netspec"]) == 0
    assert 'layer {\n  name: "cont"\n  type: "Input"\n' in capsys.readouterr().out


def test_a_static_input_has_a_name_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--static-shape", "3,2"]) == 0
    assert 'layer {\n  name: "x_static"\n  type: "Input"\n' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "name", "choices"),
    [
        (lstm, "style", LstmStyle),
        (gru, "style", GruStyle),
        (rnn, "style", RnnStyle),
        (lstm, "initial_state", InitialState),
        (lstm, "output", Output),
    ],
)
def test_choices_are_those_of_the_options(command: click.Command, name: str, choices: object) -> None:
    (param,) = (param for param in command.params if param.name == name)
    assert isinstance(param.type, click.Choice)
    assert tuple(param.type.choices) == get_args(choices)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--steps", "0"], "steps must be at least 1, got 0"),
        (
            ["--input-shape", "5,x"],
            "Invalid value for '--input-shape': '5,x' must be whole numbers with commas between",
        ),
        (
            ["--input-shape", ""],
            "Invalid value for '--input-shape': '' must be whole numbers with commas between",
        ),
        (["--bottom", "fc7"], "give either the input shape behind time and batch, or an existing bottom"),
        (["--layers", "0"], "layers must be at least 1, got 0"),
        (["--static", "s"], "give the shape of the static input, which the net makes itself"),
        (
            ["--peepholes", "--style", "lstmunit"],
            "style 'lstmunit' has no peepholes, 'sequence' and 'netspec' have",
        ),
        (["--cont", "X"], "two blobs would have the name 'X'"),
        (
            ["--bias-filler", "xavier:std=1"],
            "Invalid value for '--bias-filler': filler 'xavier' takes no number, got 'std'",
        ),
        (
            ["--output", "all"],
            "Invalid value for '--output': 'all' is not one of 'sequence', 'last', 'both'.",
        ),
    ],
)
def test_wrong_values_are_usage_errors(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SMALL, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"caffe-lint: {message}\n"


def test_writes_a_file_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lstm.prototxt"
    assert main([*SMALL, "-o", str(path)]) == 0
    assert main(SMALL) == 0
    assert path.read_text() == capsys.readouterr().out
    path.write_text("mine")
    assert main([*SMALL, "-o", str(path)]) == 2
    assert capsys.readouterr().err == f"caffe-lint: '{path}' exists; --force overwrites it\n"
    assert path.read_text() == "mine"
    assert main([*SMALL, "--force", "-o", str(path)]) == 0
    assert path.read_text().startswith('name: "lstm"\n')
    assert list(tmp_path.iterdir()) == [path]


def test_force_writes_through_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    assert main([*SMALL, "--force", "-o", str(link)]) == 0
    assert link.is_symlink()
    assert target.read_text().startswith('name: "lstm"\n')


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "missing" / "lstm.prototxt"
    assert main([*SMALL, "-o", str(path)]) == 2
    assert capsys.readouterr().err == f"caffe-lint: cannot write '{path}': No such file or directory\n"


def test_a_folder_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--force", "-o", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"caffe-lint: cannot write '{tmp_path}': {os.strerror(errno.EISDIR)}\n"
    assert [path for path in tmp_path.parent.iterdir() if path.name.startswith(f".{tmp_path.name}")] == []


@pytest.mark.parametrize("style", get_args(LstmStyle))
@pytest.mark.parametrize(
    "arguments", ["", "--cont", "--output both", "--output last --initial-state input --cont"]
)
@pytest.mark.parametrize("steps", ["1", "4"])
def test_caffe_lint_finds_its_own_nets_clean(
    steps: str, arguments: str, style: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "lstm.prototxt"
    written = [*SMALL, *arguments.split(), "--steps", steps, "--style", style, "-o", str(path)]
    assert main(written) == 0
    assert main([str(path), "--fail-on", "note"]) == 0, capsys.readouterr().out


def test_command_costs_nothing_until_it_runs() -> None:
    """Every run of the command line imports this module; only those that write a net import the rest."""
    script = "import sys, caffe_lint.cli.unroll; print(sorted(sys.modules))"
    modules = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    assert "caffe_lint.recurrent.unroll" not in modules
    assert "caffe_lint.netspec" not in modules


def test_note_about_peepholes_of_one_sequence(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ["--steps", "2", "--hidden", "3", "--input-shape", "4", "--peepholes"]
    assert main(["unroll", "lstm", "--batch", "1", *sizes]) == 0
    assert "caffe-lint: note: in a batch of 1" in capsys.readouterr().err
    assert main(["unroll", "lstm", "--batch", "2", *sizes]) == 0
    assert capsys.readouterr().err == ""
