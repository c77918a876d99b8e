"""Where output goes: the one place that looks at the terminal and the environment."""

import os
import shutil
import sys

from ..report import ColorChoice, ReportOptions, use_color


def report_options(color: ColorChoice) -> ReportOptions:
    """How to write to this process's standard output."""
    is_tty = sys.stdout.isatty()
    return ReportOptions(
        color=use_color(environ=os.environ, is_tty=is_tty, choice=color),
        width=shutil.get_terminal_size().columns if is_tty else 80,
    )
