"""Colour is decided in one place, and nothing from a file acts on the terminal."""

import pytest

from caffe_lint.report import ColorChoice, printable, use_color

# NO_COLOR and FORCE_COLOR (None: not set), then: colour into a pipe? at a terminal?
ENVIRONMENTS = [
    (None, None, False, True),
    (None, "", False, True),
    (None, "0", False, True),
    (None, "1", True, True),
    ("", None, False, True),
    ("", "", False, True),
    ("", "0", False, True),
    ("", "1", True, True),
    ("1", None, False, False),
    ("1", "", False, False),
    ("1", "0", False, False),
    ("1", "1", False, False),
]


def environ(**variables: str | None) -> dict[str, str]:
    return {name: value for name, value in variables.items() if value is not None}


@pytest.mark.parametrize(("no_color", "force_color", "in_pipe", "at_terminal"), ENVIRONMENTS)
def test_color_is_decided_by_environment_and_terminal(
    no_color: str | None, force_color: str | None, in_pipe: bool, at_terminal: bool
) -> None:
    variables = environ(NO_COLOR=no_color, FORCE_COLOR=force_color)
    assert use_color(environ=variables, is_tty=False, choice="auto") is in_pipe
    assert use_color(environ=variables, is_tty=True, choice="auto") is at_terminal


@pytest.mark.parametrize(("no_color", "force_color", "_in_pipe", "_at_terminal"), ENVIRONMENTS)
@pytest.mark.parametrize("is_tty", [False, True])
@pytest.mark.parametrize(("choice", "expected"), [("always", True), ("never", False)])
def test_a_choice_on_the_command_line_wins_over_everything(
    no_color: str | None,
    force_color: str | None,
    _in_pipe: bool,
    _at_terminal: bool,
    is_tty: bool,
    choice: ColorChoice,
    expected: bool,
) -> None:
    variables = environ(NO_COLOR=no_color, FORCE_COLOR=force_color)
    assert use_color(environ=variables, is_tty=is_tty, choice=choice) is expected


def test_a_dumb_terminal_gets_no_color_unless_it_is_forced() -> None:
    assert not use_color(environ={"TERM": "dumb"}, is_tty=True, choice="auto")
    assert use_color(environ={"TERM": "xterm"}, is_tty=True, choice="auto")
    assert use_color(environ={"TERM": "dumb", "FORCE_COLOR": "1"}, is_tty=True, choice="auto")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("conv1", "conv1"),
        ("数据 é 😀", "数据 é 😀"),
        ("[bold]x[/bold] :smile:", "[bold]x[/bold] :smile:"),
        ("a\nb\r\tc\0", r"a\nb\r\tc\x00"),
        ("\x1b[31mred\x7f\x9b", r"\x1b[31mred\x7f\x9b"),
        ("abc\u202ecba\u2066\u200b\ufeff", r"abc\u202ecba\u2066\u200b\ufeff"),
        ("\u2028\xa0\u3000", r"\u2028\xa0\u3000"),
        ("\udcff\ud800", r"\udcff\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("C:\\nets 'x' \"y\"", "C:\\nets 'x' \"y\""),
    ],
)
def test_printable_shows_what_would_act(text: str, shown: str) -> None:
    assert printable(text) == shown
