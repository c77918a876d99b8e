"""JSON that every program can read: pure ASCII, also where names and paths hold bytes of no encoding."""

import json
import re
from collections.abc import Mapping

from .terminal import printable

_SURROGATE = re.compile("[\ud800-\udfff]")


def exact(text: str) -> str:
    """A text as JSON can hold it."""
    # Exact but for lone surrogates (undecodable bytes of a path or name): no JSON text can hold those.
    return _SURROGATE.sub(lambda match: printable(match[0]), text)


def json_text(data: object) -> str:
    """Data as an indented JSON text."""
    return json.dumps(_exact(data), indent=1) + "\n"


def _exact(data: object) -> object:
    if isinstance(data, str):
        return exact(data)
    if isinstance(data, Mapping):
        return {_exact(key): _exact(value) for key, value in data.items()}
    return list(map(_exact, data)) if isinstance(data, (list, tuple)) else data
