"""Writes the native layer that takes the place of a cell, and what feeds it and cuts what it puts out."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..netspec import Message
from .roll_plan import Constant, Feed, Plan
from .unroll_native_layer import ConversionError

Fields = dict[str, object]


class Native(NamedTuple):
    """The native layer to be written: `steps` T, and its fields besides bottoms and tops."""

    name: str
    type: str
    units: int
    steps: int
    params: list[Fields]
    weight_filler: Mapping[str, object]
    bias_filler: Mapping[str, object]


def rolled_layers(native: Native, plan: Plan) -> list[Message]:
    """The layers that take the place of a cell.

    Raises:
        ConversionError: if markers have to be made and the batch size is unknown.
    """
    fed: list[Fields] = []
    sinks = list(plan.unread)
    x = _fed(native, "x", plan, fed)
    sinks += [f"{native.name}/x{at}" for at in range(plan.x.of) if at not in plan.x.pieces]
    cont = _fed(native, "cont", plan, fed)
    bottoms = [x, cont, *([plan.static] if plan.static else []), *plan.starts]
    behind, tops = list(_behind(native, plan)), [_hidden(native, plan)]
    if not plan.sequence and not plan.taken:
        sinks += tops
    for state, name in zip(("h_T", "c_T"), plan.last_states, strict=False):
        tops.append(name or f"{native.name}/{state}")
        sinks += [] if name else tops[-1:]
    block: Fields = {"num_output": native.units}
    if native.weight_filler:
        block["weight_filler"] = native.weight_filler
    if native.bias_filler:
        block["bias_filler"] = native.bias_filler
    if plan.starts:
        block["expose_hidden"] = True
    layer: Fields = {"name": native.name, "type": native.type, "bottom": bottoms, "top": tops}
    layer |= {"recurrent_param": block, **({"param": native.params} if any(native.params) else {})}
    silence: list[Fields] = [{"name": f"{native.name}/unread", "type": "Silence", "bottom": sinks}]
    every = [*fed, layer, *behind, *(silence if sinks else [])]
    return [Message("LayerParameter", fields) for fields in every]


def _fed(native: Native, what: str, plan: Plan, fed: list[Fields]) -> str:
    """The name of a bottom over all steps; what makes it is added to `fed`."""
    feed: Feed = plan.x if what == "x" else plan.cont
    if feed.pieces:
        names: list[str] = [f"{native.name}/{what}{number}" for number in range(feed.of)]
        fed.append(_slice(f"{native.name}/slice_{what}", feed.whole, names, range(1, len(names))))
        joined = [names[number] for number in feed.pieces]
    elif feed.whole:
        return feed.whole
    else:
        joined = [_joinable(native, part, plan, fed) for part in feed.joined]
    if len(joined) == 1:
        return joined[0]
    top = f"{native.name}/{what}"
    fed.append({"name": top, "type": "Concat", "bottom": joined, "top": [top], "concat_param": {"axis": 0}})
    return top


def _joinable(native: Native, part: str | Constant, plan: Plan, fed: list[Fields]) -> str:
    if isinstance(part, str):
        return part
    if plan.batch is None:
        raise ConversionError(
            "the batch size is unknown, and with it the shape of the markers ('cont') that the layer needs"
        )
    kind = "go_on" if part.value else "begin"
    number = sum(str(layer["name"]).startswith(f"{native.name}/{kind}") for layer in fed)
    name = f"{native.name}/{kind}{number or ''}"
    block = {
        "shape": {"dim": [part.steps, plan.batch]},
        "data_filler": {"type": "constant", "value": part.value},
    }
    fed.append({"name": name, "type": "DummyData", "top": [name], "dummy_data_param": block})
    return name


def _slice(name: str, bottom: str, tops: list[str], points: range | list[int]) -> Fields:
    block: Fields = {"axis": 0}
    if len(tops) > 1:
        block["slice_point"] = list(points)
    return {"name": name, "type": "Slice", "bottom": [bottom], "top": tops, "slice_param": block}


def _hidden(native: Native, plan: Plan) -> str:
    """What the outputs of all steps are called as the layer makes them."""
    if plan.sequence and not (plan.is_output and plan.taken):
        return plan.sequence
    return f"{native.name}/hidden"


def _behind(native: Native, plan: Plan) -> Iterator[Fields]:
    """The layers that give single steps their names back."""
    if not plan.taken:
        return
    source = _hidden(native, plan)
    if plan.sequence and plan.is_output:
        # Only a top that nothing reads is an output of a net.
        copies = [plan.sequence, f"{native.name}/hidden_to_steps"]
        yield {"name": f"{native.name}/split", "type": "Split", "bottom": [source], "top": copies}
        source = copies[1]
    names: dict[int, list[str]] = {}
    for number, name in plan.taken:
        names.setdefault(number, []).append(name)
    bounds = sorted({0, *names, *(number + 1 for number in names)} - {native.steps})
    tops = [names[at][0] if len(names.get(at, ())) == 1 else f"{native.name}/h{at}" for at in bounds]
    yield _slice(f"{native.name}/steps", source, tops, bounds[1:])
    unread = [top for at, top in zip(bounds, tops, strict=True) if at not in names]
    if unread:
        yield {"name": f"{native.name}/other_steps", "type": "Silence", "bottom": unread}
    for at, top in zip(bounds, tops, strict=True):
        if top not in (copies := names.get(at, [])) and copies:
            yield {"name": f"{top}_copies", "type": "Split", "bottom": [top], "top": copies}
