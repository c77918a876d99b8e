"""Trees in a form that tests can write down, and the bytes that their leaves cover."""

from collections.abc import Iterator

from caffe_lint.text import Field, List, Message, Span, parse

Plain = list[tuple[str, object]]
"""Name and value of each field: raw text, a list for a message, a tuple for a `[ … ]` list."""


def plain(message: Message) -> Plain:
    """The names and values of a message."""
    return [(field.name, _value(field)) for field in message.fields]


def tree(text: str) -> Plain:
    """The tree of a text without problems."""
    root, problems = parse(text.encode())
    assert problems == []
    return plain(root)


def _value(field: Field) -> object:
    if isinstance(field.value, Message):
        return plain(field.value)
    if isinstance(field.value, List):
        return tuple(_value(item) for item in field.value.items)
    return field.value


def all_fields(message: Message) -> Iterator[Field]:
    """Every field at any depth, list elements too, each before what it holds."""
    todo = [*reversed(message.fields)]
    while todo:
        field = todo.pop()
        yield field
        if isinstance(field.value, Message):
            todo += reversed(field.value.fields)
        elif isinstance(field.value, List):
            todo += reversed(field.value.items)


def leaves(message: Message) -> Iterator[tuple[Span, str]]:
    """The names and scalars of a tree with the text that it holds for them, in the order of the file."""
    for field in all_fields(message):
        if field.start < field.value_start:
            yield field.name_span, field.name
        if isinstance(field.value, str):
            yield field.value_span, field.value
