"""What `caffe-lint verify` prints: where a real Caffe and caffe-lint agree on nets, and where they differ."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, TypedDict

from ..layers import show_shape
from ..net import NetState
from ..net.state import Phase
from .net_data import Dims
from .options import ReportOptions
from .paint import painted
from .terminal import printable
from .wording import counted


class CaffeData(TypedDict):
    """What Caffe said; `layer` and `line` tell where its message belongs, null where that is not known."""

    accepted: bool
    error: str
    layer: str | None
    line: int | None


class FindingData(TypedDict):
    """A finding that claims that Caffe rejects the net."""

    code: str
    name: str
    message: str
    line: int


class DifferenceData(TypedDict):
    """A thing that only one side has, or of which the shapes differ; null for the side that lacks it."""

    kind: Literal["layer", "blob", "params"]
    name: str
    caffe_lint: list[Dims] | None
    caffe: list[Dims] | None


class StateVerdict(TypedDict):
    """Both judgements on a net in one state; `compared` counts shapes of blobs and of layers' params."""

    phase: Phase
    level: int
    stages: list[str]
    outcome: Literal["agree", "differ", "not-comparable"]
    obstacle: str
    findings: list[FindingData]
    caffe: CaffeData
    differences: list[DifferenceData]
    compared: int


class FileVerdict(TypedDict):
    """A net file, in each state that was tried."""

    path: str
    states: list[StateVerdict]


_LEAST_ROOM = 40
_STYLES = {"agree": "bold bright_green", "differ": "bold bright_red", "not-comparable": "bold bright_yellow"}


def full_verdicts(files: Sequence[FileVerdict], options: ReportOptions) -> Iterator[str]:
    """Each file with its states, equal ones in one line, then the summary."""
    for file in files:
        yield f"{printable(file['path'])}\n"
        alike: dict[str, list[StateVerdict]] = {}
        for state in file["states"]:
            alike.setdefault(repr({**state, "phase": "", "level": 0, "stages": []}), []).append(state)
        for states in alike.values():
            yield from _states(states, options)
    yield f"{_summary([state for file in files for state in file['states']])}\n"


def _states(states: Sequence[StateVerdict], options: ReportOptions) -> Iterator[str]:
    state = states[0]
    yield from _head("; ".join(map(_name, states)), state, options)
    if not state["caffe"]["accepted"]:
        yield from _prose(f"Caffe{_place(state['caffe'])}: {state['caffe']['error']}", options)
    for finding in state["findings"]:
        said = f"{finding['code']} {finding['name']}: {finding['message']}"
        yield from _prose(f"caffe-lint, line {finding['line']}: {said}", options)
    for difference in state["differences"]:
        yield from _prose(_difference(difference), options)


def _head(names: str, state: StateVerdict, options: ReportOptions) -> Iterator[str]:
    outcome = state["outcome"].replace("-", " ")
    before, word = f"  {names}: ", painted(outcome, _STYLES[state["outcome"]], options)
    first, *rest = _wrapped(f"{outcome}, {_conclusion(state)}", before, options)
    yield first.replace(before + outcome, before + word, 1)
    yield from rest


def _name(state: StateVerdict) -> str:
    return printable(str(NetState(state["phase"], state["level"], tuple(state["stages"]))))


def _conclusion(state: StateVerdict) -> str:
    if state["obstacle"]:
        return printable(state["obstacle"])
    is_expected = not state["findings"]
    if is_expected != state["caffe"]["accepted"]:
        return f"only {'Caffe' if is_expected else 'caffe-lint'} rejects it"
    if not is_expected:
        return "both reject it"
    if state["differences"]:
        number = len(state["differences"])
        return f"both accept it, but {counted(number, 'thing')} {'differs' if number == 1 else 'differ'}"
    return f"both accept it, with the same {counted(state['compared'], 'shape')}"


def _place(caffe: CaffeData) -> str:
    layer = "" if caffe["layer"] is None else f" ('{caffe['layer']}')"
    return "" if caffe["line"] is None else f", line {caffe['line']}{layer}"


def _difference(difference: DifferenceData) -> str:
    what = f"{difference['kind']} '{difference['name']}'"
    if difference["kind"] == "layer":
        return f"{what} exists in {'Caffe' if difference['caffe_lint'] is None else 'caffe-lint'} only"
    verb = "is" if difference["kind"] == "blob" else "are"
    ours, theirs = _shapes(difference["caffe_lint"]), _shapes(difference["caffe"])
    return f"{what} {verb} {ours} in caffe-lint, {theirs} in Caffe"


def _shapes(shapes: list[Dims] | None) -> str:
    shown = (show_shape(None if shape is None else tuple(shape)) for shape in shapes or ())
    return " and ".join(shown) or "none"


def _prose(text: str, options: ReportOptions) -> list[str]:
    return _wrapped(printable(text.replace("\n", " ")), "    ", options)


def _wrapped(text: str, indent: str, options: ReportOptions) -> list[str]:
    lines = textwrap.wrap(
        text,
        max(options.width, _LEAST_ROOM),
        initial_indent=indent,
        subsequent_indent=" " * 6,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [f"{line}\n" for line in lines]


def _summary(states: Sequence[StateVerdict]) -> str:
    outcomes = Counter(state["outcome"] for state in states)
    differ, rest = outcomes["differ"], outcomes["not-comparable"]
    said = [f"caffe-lint and Caffe agree in {outcomes['agree']} of {counted(len(states), 'state')}"]
    said += [f"{differ} {'differs' if differ == 1 else 'differ'}"] if differ else []
    said += [f"{rest} {'is' if rest == 1 else 'are'} not comparable"] if rest else []
    return ", ".join(said)
