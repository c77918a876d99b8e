"""A picture of a terminal with a report in it, as the README shows."""

import re
from collections.abc import Iterable
from io import StringIO

_BACKGROUND, _FOREGROUND = (13, 17, 23), (230, 237, 243)
_DARK = [(72, 79, 88), (255, 123, 114), (63, 185, 80), (210, 153, 34)]
_DARK += [(88, 166, 255), (188, 140, 255), (57, 197, 207), (177, 186, 196)]
_BRIGHT = [(110, 118, 129), (255, 123, 114), (86, 211, 100), (227, 179, 65)]
_BRIGHT += [(121, 192, 255), (210, 168, 255), (86, 212, 221), (255, 255, 255)]


def finding_svg(pieces: Iterable[str], *, title: str, width: int = 80) -> str:
    """An SVG of what a terminal of `width` cells shows of coloured output; equal input gives equal text.

    It needs nothing from the network: the web font that rich names is left out, any monospaced one serves.
    """
    from rich.console import Console
    from rich.terminal_theme import TerminalTheme
    from rich.text import Text

    console = Console(record=True, width=width, file=StringIO(), legacy_windows=False, _environ={})
    console.print(Text.from_ansi("".join(pieces)), highlight=False)
    theme = TerminalTheme(_BACKGROUND, _FOREGROUND, _DARK, _BRIGHT)
    svg = console.export_svg(title=title, theme=theme, unique_id="caffe-lint")
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("<svg ", '<svg xml:space="preserve" ', 1)  # some viewers drop leading blanks otherwise
