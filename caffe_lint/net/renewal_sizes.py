"""The four sizes of a DummyData layer written as shapes, in the text of the file."""

from ..schema import Block
from ..text import Edit, Field
from ..text.pieces import Piece, wrapped
from .document import Document
from .renewal import Opened, Page, closed, edit_of, opened, page_of, renamed_elements

SIZES = ("num", "channels", "height", "width")


def renew_sizes(document: Document, param: Field) -> tuple[Edit, ...]:
    """The edits that make `shape` of the sizes in a `dummy_data_param`.

    Each is given once, or once for each top.
    """
    page = page_of(document)
    message = opened(page, param)
    old = [part.piece for part in message.parts if part.field.name in SIZES]
    place = next(n for n, part in enumerate(message.parts) if part.field.name in SIZES)
    pieces = [part.piece for part in message.parts if part.field.name not in SIZES]
    pieces[place:place] = _shapes(page, message, old[0])
    return (edit_of(*param.value_span, closed(page, message, pieces)),)


def is_renewable(param: Block, tops: int) -> bool:
    """Whether Caffe reads shapes from the sizes of a `dummy_data_param`."""
    counts = [len(param.integers(name)) for name in SIZES]
    return not param.has("shape") and all(count in (1, tops) for count in counts)


def _shapes(page: Page, message: Opened, first: Piece) -> list[Piece]:
    """The shapes, on the place of the first size; what is said for all tops keeps its comments in one."""
    columns = []
    for name in SIZES:
        parts = [part for part in message.parts if part.field.name == name]
        columns.append([piece for part in parts for piece in renamed_elements(page, part, "dim")])
    shapes = []
    for number in range(max(map(len, columns))):
        dims = [
            column[number] if number < len(column) else Piece(" ", column[0].text, "", begins_line=False)
            for column in columns
        ]
        compactly = not any(dim.comments or "\n" in dim.text for dim in dims)
        shape = wrapped("shape", dims, *message.layout, page.newline, compactly=compactly)
        if compactly:
            begins_line = first.begins_line
            leading = message.layout.indent if begins_line else " "
            if not number:
                leading = first.leading
            shape = Piece(leading, shape.text, page.newline if first.has_own_lines else "", begins_line)
        shapes.append(shape)
    return shapes
