"""What may reach a terminal: whether to use colour, and text from files made harmless."""

from collections.abc import Mapping
from typing import Literal

ColorChoice = Literal["auto", "always", "never"]


def use_color(*, environ: Mapping[str, str], is_tty: bool, choice: ColorChoice) -> bool:
    """Whether output is coloured: first what the user chose, then NO_COLOR, FORCE_COLOR, the terminal.

    An empty variable counts as unset (no-color.org, force-color.org); where both are set NO_COLOR wins,
    as in ruff. `FORCE_COLOR=0` forces nothing.
    """
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "") not in ("", "0"):
        return True
    return is_tty and environ.get("TERM") != "dumb"


def printable(text: str) -> str:
    r"""The text with every character that would act instead of show written as an escape (`\n`, `\x1b`).

    That takes in line ends, control and bidi characters, odd spaces and lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def cell_len(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
