"""Manners at a terminal: help that fits, colour where it is wanted, quiet pipes, names that stay text."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from importlib.resources import files
from io import BytesIO, TextIOWrapper
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

from caffe_lint.cli import main, main_group
from caffe_lint.cli.sections import SECTIONS, SectionedCommand
from caffe_lint.report import FORMATS

Captured = pytest.CaptureFixture[str]

COMMAND = [sys.executable, "-m", "caffe_lint"]
BROKEN = 'layer { name: "a" type: "ReLU" bottom: "x" top: "y" }\n'


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    Path("net.prototxt").write_text(BROKEN)


# --- help


COMMANDS = ["", "check", "fmt", "show", "unroll", "unroll lstm", "verify", "config", "rule", "rules"]
COMMANDS += ["clean", "rules new", "baseline", "baseline create", "baseline update"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_fits_into_80_columns(command: str, option: str, capsys: Captured) -> None:
    assert main([*command.split(), option]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.startswith(f"Usage: caffe-lint {command}".rstrip())
    assert max(map(len, captured.out.splitlines())) <= 80


def test_the_help_of_check_names_the_exit_codes(capsys: Captured) -> None:
    main(["check", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert (
        "Exit code 0: nothing found, or all of it fixed. 1: findings. 2: a wrong call or a file that cannot "
        "be read or written. 3: an internal error."
    ) in text
    for option in ("--select", "--ignore", "--dialect", "--fail-on", "--format", "--color"):
        assert f" {option} " in text


@pytest.mark.parametrize("name", ["check", "config"])
def test_long_help_is_in_sections_and_leaves_nothing_out(name: str, capsys: Captured) -> None:
    command = main_group.get_command(click.Context(main_group), name)
    assert isinstance(command, SectionedCommand)
    main([name, "--help"])
    text = capsys.readouterr().out
    options = [option for param in command.params for option in param.opts if option.startswith("--")]
    assert [option for option in options if not re.search(rf"^  .*{option}\b", text, re.MULTILINE)] == []
    titles = re.findall(r"^(\w[\w ]*):$", text, re.MULTILINE)
    assert titles == [title for title in ("Options", *SECTIONS) if title in titles]
    first = text.split("Options:\n")[1].split("\n\n")[0]
    assert re.findall(r"--[\w-]+", first) == (["--help"] if name == "check" else ["--show", "--help"])


def test_sections_name_options_that_there_are() -> None:
    command = main_group.get_command(click.Context(main_group), "check")
    assert command is not None
    named = [name for names in SECTIONS.values() for name in names]
    assert sorted(named) == sorted(param.name or "" for param in command.params if param.name != "paths")


# --- colour


@pytest.mark.parametrize(
    ("environment", "arguments", "is_coloured"),
    [
        ({}, [], False),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "0"}, [], False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, [], False),
        ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({}, ["--color", "always"], True),
        ({}, ["--color", "auto"], False),
        ({"FORCE_COLOR": "1"}, ["--format", "concise"], False),
        ({"FORCE_COLOR": "1"}, ["--format", "json"], False),
    ],
)
def test_colour(
    environment: dict[str, str],
    arguments: list[str],
    is_coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main([*arguments, "net.prototxt"]) == 1
    assert ("\x1b[" in capsys.readouterr().out) is is_coloured


def test_colour_changes_nothing_but_the_colour(capsys: Captured) -> None:
    main(["net.prototxt"])
    plain = capsys.readouterr().out
    main(["--color", "always", "net.prototxt"])
    coloured = capsys.readouterr().out
    assert coloured != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


# --- pipes and signals


@pytest.mark.parametrize("lines", [0, 1])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["net.prototxt"], 1),
        (["net.prototxt", "--exit-zero"], 0),
        (["rules"], 0),
        (["fmt", "--diff", "."], 1),
    ],
)
def test_a_reader_that_has_enough_changes_nothing_else(arguments: list[str], code: int, lines: int) -> None:
    Path("net.prototxt").write_text(BROKEN.replace(": ", ":") * (2000 if lines else 1))
    command = [*COMMAND, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for _ in range(lines):
            assert process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read()
        assert b"caffe-lint:" not in error
        assert b"Traceback" not in error
    assert process.returncode == code


@pytest.mark.parametrize(
    ("redirection", "code", "error"),
    [
        (">&-", 1, ""),
        ("2>&-", 1, ""),
        (">&- 2>&-", 1, ""),
        ("- <&-", 2, "caffe-lint: cannot read the standard input: it is closed\n"),
        (
            "- --fix < net.prototxt > /dev/full",
            2,
            "caffe-lint: cannot write the output: No space left on device\n",
        ),
        (
            "fmt - < net.prototxt > /dev/full",
            2,
            "caffe-lint: cannot write the output: No space left on device\n",
        ),
    ],
)
def test_streams_that_are_closed_or_full(redirection: str, code: int, error: str) -> None:
    command = f"{shlex.join(COMMAND)} {redirection}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, error)


def test_an_interrupt_ends_the_run_with_a_word() -> None:
    os.mkfifo("pipe.prototxt")
    # A test run in the background may have been told to ignore interrupts, which a child inherits.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{listening}; from caffe_lint.cli import run; run()", "pipe.prototxt"]
    # The writing end opens when the reader is there.
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE) as process,
        Path("pipe.prototxt").open("wb"),
    ):
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error.strip() == b"caffe-lint: interrupted"


@pytest.mark.parametrize("module", ["caffe_lint.net", "click"])
def test_an_interrupt_of_a_run_that_has_hardly_begun(module: str) -> None:
    script = f"""
import runpy, sys

class Interrupts:
    def find_spec(self, name, *_):
        if name == {module!r}:
            sys.meta_path.remove(self)
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupts())
runpy.run_module("caffe_lint", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "caffe-lint: interrupted")


@pytest.mark.parametrize("command", ["check", "show"])
def test_characters_that_the_output_lacks_come_out_as_escapes(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("net.prototxt").write_text(BROKEN.replace('"x"', '"\u6570"'), encoding="utf-8")
    out = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(out, encoding="ascii"))
    assert main([command, "net.prototxt"]) in (0, 1)
    assert rb"\u6570" in out.getvalue()


# --- names from files

ODD = r"[bold]x[/bold] :smile: \033[31m\r\n\007\177\342\200\256\377 \346\225\260"
SHOWN = "[bold]x[/bold] :smile: \\x1b[31m\\r\\n\\x07\\x7f\\u202e\\xff \u6570"


@pytest.fixture
def odd() -> None:
    """A net whose names would act on a terminal."""
    shape = "input_param { shape { dim: 2 dim: 3 } }"
    Path("odd.prototxt").write_text(
        f'name: "{ODD}"\n'
        f'layer {{ name: "{ODD}" type: "Input" top: "{ODD}" {shape} }}\n'
        f'layer {{ name: "{ODD}" type: "{ODD}" bottom: "{ODD}?" top: "y" include {{ stage: "{ODD}" }} }}\n'
    )


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize("format_name", ["full", "concise"])
def test_names_in_findings_come_out_as_text(format_name: str, capsys: Captured) -> None:
    assert main(["--format", format_name, "odd.prototxt"]) == 1
    out = capsys.readouterr().out
    assert SHOWN in " ".join(out.split())
    assert out.replace("\n", "").isprintable()


@pytest.mark.usefixtures("odd")
def test_names_in_json_are_exact(capsys: Captured) -> None:
    assert main(["--format", "json", "odd.prototxt"]) == 1
    out = capsys.readouterr().out
    assert out.replace("\n", "").isprintable()
    exact = "[bold]x[/bold] :smile: \x1b[31m\r\n\x07\x7f\u202e\\xff \u6570"
    assert any(exact in finding["message"] for finding in json.loads(out))
    assert any(exact in state for finding in json.loads(out) for state in finding["states"])


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize("format_name", ["table", "csv", "markdown"])
def test_names_in_a_shown_net_come_out_as_text(format_name: str, capsys: Captured) -> None:
    assert main(["show", "--format", format_name, "odd.prototxt"]) == 0
    out = capsys.readouterr().out
    assert out.replace("\n", "").replace("\r", "").isprintable()
    assert "\\x1b" in out
    assert "bold" in out


@pytest.mark.usefixtures("odd")
def test_a_shown_net_in_json_follows_its_schema(capsys: Captured) -> None:
    assert main(["show", "--format", "json", "odd.prototxt"]) == 0
    out = capsys.readouterr().out
    assert out.replace("\n", "").isprintable()
    shown = json.loads(out)
    schema = json.loads((files("caffe_lint.report") / "show.schema.json").read_text())
    Draft202012Validator(schema).validate(shown)
    assert shown["states"][0]["layers"][0]["name"].startswith("[bold]x[/bold] :smile: \x1b[31m\r\n")


@pytest.fixture
def odd_folder(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> str:
    """A folder whose name would act on a terminal, with a net, settings and a cache in it."""
    monkeypatch.delenv("CAFFE_LINT_CACHE_DIR", raising=False)
    folder = Path(os.fsdecode(b"a\x1b[31m\x07\xff"))
    folder.mkdir()
    (folder / "net.prototxt").write_text(BROKEN.replace(": ", ":"))
    (folder / "caffe-lint.toml").touch()
    main([str(folder), "--cache-dir", str(folder / ".caffe_lint_cache")])
    capsys.readouterr()
    return str(folder)


@pytest.mark.parametrize(
    "arguments",
    [
        ["config", "{}"],
        ["baseline", "create", "--file", "{}/baseline.json"],
        ["rules", "new", "too-deep", "--into", "{}/rules"],
        ["clean", "{}"],
        ["fmt", "--check", "{}"],
        ["fmt", "--diff", "{}"],
        ["show", "{}/net.prototxt"],
        ["show", "{}/net.prototxt", "--recurrent"],
        ["check", "{}", "--show-files"],
        ["check", "{}", "--show-settings"],
        ["check", "{}/no.prototxt"],
        *(["check", "{}", "--format", name] for name in FORMATS),
    ],
)
def test_paths_come_out_as_text(arguments: list[str], odd_folder: str, capsys: Captured) -> None:
    main([argument.format(odd_folder) for argument in arguments])
    said = "".join(capsys.readouterr())
    assert said.replace("\n", "").isprintable()
    assert re.search(r"a(\\x1b|\\u001b|%1B)", said)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "{}", "--format", "json"],
        ["check", "{}", "--format", "gitlab"],
        ["check", "{}", "--format", "sarif"],
        ["config", "{}", "--format", "json"],
        ["show", "{}/net.prototxt", "--format", "json"],
    ],
)
def test_paths_in_json_are_text_for_every_program(
    arguments: list[str], odd_folder: str, capsys: Captured
) -> None:
    main([argument.format(odd_folder) for argument in arguments])
    data = json.loads(capsys.readouterr().out)
    # Strict programs refuse lone surrogates.
    json.dumps(data, ensure_ascii=False).encode("utf-8")
    assert str(data).count("udcff") + str(data).count("%FF") >= 1
