"""Colour at a terminal, where it is wanted; rich is loaded only there."""

from .options import ReportOptions


def painted(text: str, style: str, options: ReportOptions) -> str:
    """The text in a style of rich's, such as `bold bright_red`."""
    if not options.color:
        return text
    from rich.color import ColorSystem
    from rich.style import Style

    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)
