"""Where output goes: the one place that looks at the terminal and the environment."""

import os
import shutil
import sys
from typing import TextIO

from ..report import ColorChoice, ReportOptions, use_color


def report_options(color: ColorChoice, stream: TextIO | None = None) -> ReportOptions:
    """How to write to a stream, by default this process's standard output."""
    is_tty = (stream or sys.stdout).isatty()
    return ReportOptions(
        color=use_color(environ=os.environ, is_tty=is_tty, choice=color),
        width=shutil.get_terminal_size().columns if is_tty else 80,
    )
