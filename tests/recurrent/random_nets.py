"""Whole nets: what a cell reads, how cells are put together, what is made of their outputs."""

from dataclasses import dataclass, replace
from random import Random

from tests.recurrent.random_cells import CELLS, outputs
from tests.recurrent.random_draft import Cell, Draft, Layout, Pen, dims, random_layout
from tests.recurrent.random_gates import Sequence, Writer
from tests.recurrent.random_order import shuffled
from tests.recurrent.random_style import KINDS, Style, random_style
from tests.recurrent.random_text import Fields, Written, random_hand, write


@dataclass
class Plan:
    """What a net is to be."""

    kind: str
    shape: str
    layout: Layout
    steps: int
    hidden: int
    style: Style


def random_steps(random: Random, least: int = 2) -> int:
    """Mostly few, seldom up to 200."""
    low, high = random.choices([(2, 6), (7, 20), (21, 60), (61, 200)], [60, 31, 7, 2])[0]
    return max(least, random.randint(low, high))


def random_net(random: Random, kind: str = "", least_steps: int = 2) -> Draft:
    """A correct net of one or more cells of a kind."""
    kind = kind or random.choice([*KINDS, "lstm", "recursive"])
    draft = Draft(random)
    if kind == "recursive":
        _recursive_net(draft, least_steps)
    else:
        _recurrent_net(draft, random_plan(random, kind, least_steps))
    return draft


def finish(draft: Draft) -> Written:
    """The text of a net."""
    random = draft.random
    layers = shuffled(draft.layers, random) if draft.is_shuffled else draft.layers
    return write(layers, random_hand(random), random, random.choice(["", "net", "some net"]))


def random_plan(random: Random, kind: str, least_steps: int) -> Plan:
    """A choice of structure, sizes and style."""
    is_image = kind in ("lstm", "gru") and random.random() < 0.12
    shape = random.choices(["single", "stacked", "bidirectional"], [60, 22, 18])[0]
    layouts = "time" if kind == "lstm-unit" else "time time flat batch"
    steps = random_steps(random, least_steps)
    return Plan(
        kind=kind,
        shape=shape,
        layout=random_layout(random, is_image=is_image, kinds=layouts),
        steps=steps if shape == "single" or steps < 40 else max(least_steps, steps // 4),
        hidden=random.choice([random.randint(2, 9), random.randint(10, 64)]),
        style=random_style(random, kind, is_image=is_image),
    )


def _recurrent_net(draft: Draft, plan: Plan) -> None:
    source = random_source(draft, plan.layout, plan.steps)
    if plan.shape == "bidirectional":
        both = [write_cell(draft, plan, source, name) for name in ("fw", "bw")]
        _two_way_outputs(draft, plan, both)
        return
    depth = draft.random.choice([2, 2, 3]) if plan.shape == "stacked" else 1
    for number in range(depth):
        cell, made = write_cell(draft, plan, source, f"{plan.kind}{number}" if depth > 1 else plan.kind)
        source = _next_source(draft, plan, made)
        if draft.random.random() < 0.3:
            plan = replace(
                plan, style=random_style(draft.random, plan.kind, is_image=plan.layout.kind == "image")
            )
    _outputs(draft, plan, cell, made)


def write_cell(draft: Draft, plan: Plan, source: Sequence, name: str) -> tuple[Cell, list[str]]:
    """A cell and what it puts out, by step in the order of running."""
    style, random = plan.style, draft.random
    direction = "backward" if name == "bw" else "forward"
    cell = Cell(plan.kind, name, plan.hidden, plan.steps, plan.layout, direction)
    cell.style, cell.width = style, source.width
    cell.traits |= {trait for trait in ("h first", "softmax") if random.random() < 0.5}
    draft.cells.append(cell)
    writer = Writer(draft, cell, style, source)
    needs_parts = not (style.is_whole_x and source.whole) or style.is_fused
    cell.x = source.cut_parts(direction == "backward") if needs_parts else []
    if needs_parts:
        cell.cutter = source.cutter
    if style.has_static or style.has_attention:
        writer.static_width = random.randint(2, 9)
        writer.static = draft.input("static", plan.layout.step(writer.static_width), name)
    if style.markers:
        cell.marks = _marks(draft, plan, direction)
    CELLS[plan.kind](writer)
    return cell, outputs(writer)


def _marks(draft: Draft, plan: Plan, direction: str) -> list[str]:
    if direction not in draft.marks:
        cont = draft.input("cont", plan.layout.marks(plan.steps), direction)
        draft.marks[direction] = draft.cut(cont, plan.steps, plan.layout.time, "cont", direction).tops
    marks = draft.marks[direction]
    return marks[::-1] if direction == "backward" else marks


def random_source(draft: Draft, layout: Layout, steps: int) -> Sequence:
    """The x of all steps, in one blob or in one for each step."""
    width = draft.random.randint(2, 9)
    sequence = Sequence(draft, layout, steps, width)
    form = draft.random.choice(["whole", "whole", "each", "one layer", "embed", "dummy"])
    if form == "each":
        sequence.cut = [draft.input("x", layout.step(width), step=step) for step in range(steps)]
    elif form == "one layer":
        stems = [f"x{step}" for step in range(steps)]
        sequence.cut = draft.add(
            "Input", [], stems, {"input_param": {"shape": dims(layout.step(width))}}
        ).tops
    elif form == "embed" and layout.kind != "image":
        words = draft.input("words", layout.marks(steps))
        settings: Fields = {"embed_param": {"num_output": width, "input_dim": 50}}
        sequence.whole = draft.add("Embed", [words], "embedded", settings).tops[0]
    elif form == "dummy":
        sequence.whole = draft.constant("x", layout.whole(width, steps), value=0.5)
    else:
        sequence.whole = draft.input("x", layout.whole(width, steps))
    return sequence


def _next_source(draft: Draft, plan: Plan, made: list[str]) -> Sequence:
    sequence = Sequence(draft, plan.layout, plan.steps, plan.hidden, cut=made)
    if draft.random.random() < 0.3:
        sequence.whole = join(draft, plan.layout.time, made, "sequence")
    return sequence


def join(draft: Draft, axis: int, blobs: list[str], stem: str) -> str:
    """A Concat."""
    settings: Fields = {} if axis == 1 else {"concat_param": {"axis": axis}}
    return draft.add("Concat", blobs, stem, settings).tops[0]


def _join_steps(draft: Draft, plan: Plan, cells: list[Cell], made: list[str]) -> str:
    blob = join(draft, plan.layout.time, made, "all_h")
    layer = draft.layers[-1]
    layer.role = "concat"
    for cell in cells:
        cell.layers.append(layer)
    return blob


def _outputs(draft: Draft, plan: Plan, cell: Cell, made: list[str]) -> None:
    form = draft.random.choice(["all", "all", "all", "last", "both", "each", "each with head"])
    if form in ("all", "both"):
        _head(draft, plan, _join_steps(draft, plan, [cell], made), plan.steps)
    if form in ("last", "both"):
        _head(draft, plan, made[-1], 1)
    if form == "each with head":
        writer = Writer(draft, cell, plan.style, Sequence(draft, plan.layout, plan.steps, 0))
        for step, blob in enumerate(made):
            writer.multiply(Pen(draft, cell, step), "head", blob, 3, has_bias=True)


def _two_way_outputs(draft: Draft, plan: Plan, both: list[tuple[Cell, list[str]]]) -> None:
    (forward, ahead), (backward, behind) = both
    behind = behind[::-1]
    form = draft.random.choice(["by step", "by direction", "last"])
    axis = plan.layout.axis
    if form == "by step":
        is_added = draft.random.random() < 0.4
        pairs = [
            draft.add("Eltwise", [*pair], f"both{step}").tops[0]
            if is_added
            else join(draft, axis, list(pair), f"both{step}")
            for step, pair in enumerate(zip(ahead, behind, strict=True))
        ]
        blob = _join_steps(draft, plan, [forward, backward], pairs)
    elif form == "by direction":
        blobs = [
            _join_steps(draft, plan, [cell], made) for cell, made in ((forward, ahead), (backward, behind))
        ]
        blob = join(draft, axis, blobs, "both")
    else:
        blob = join(draft, axis, [ahead[-1], behind[0]], "both")
    _head(draft, plan, blob, 1 if form == "last" else plan.steps)


def _head(draft: Draft, plan: Plan, blob: str, steps: int) -> None:
    form = draft.random.choice(["none", "product", "softmax", "euclidean"])
    if form == "none":
        return
    layout, random = plan.layout, draft.random
    classes = random.randint(2, 9)
    if layout.kind == "image":
        settings: Fields = {"convolution_param": {"num_output": classes, "kernel_size": 1}}
        blob = draft.add("Convolution", [blob], "scores", settings).tops[0]
    else:
        settings = {"inner_product_param": {"num_output": classes, "axis": layout.axis}}
        blob = draft.add("InnerProduct", [blob], "scores", settings).tops[0]
    if form == "softmax" and layout.kind != "image":
        labels = draft.input("labels", layout.marks(steps))
        draft.add("SoftmaxWithLoss", [blob, labels], "loss", {"softmax_param": {"axis": layout.axis}})
    elif form == "euclidean":
        target = draft.input("target", layout.whole(classes, steps))
        draft.add("EuclideanLoss", [blob, target], "loss")


def _recursive_net(draft: Draft, least_steps: int) -> None:
    random = draft.random
    channels, layout = random.randint(2, 9), random_layout(random, is_image=True)
    image = draft.input("image", layout.step(3))
    settings: Fields = {"convolution_param": {"num_output": channels, "kernel_size": 3, "pad": 1}}
    blob = draft.add("Convolution", [image], "features", settings).tops[0]
    traits = {
        trait
        for trait in ("two convolutions", "batch norm", "relu before", "sum with input", "relu after")
        if random.random() < 0.5
    }
    for number in range(random.choice([1, 1, 2, 3])):
        steps = max(least_steps, random.choice([2, 3, 4, 9, 9, 25]))
        style = random_style(random, "recursive", is_image=True)
        cell = Cell("recursive", f"block{number}", channels, steps, layout)
        cell.style, cell.width = style, channels
        cell.traits, cell.x = set(traits), [blob]
        draft.cells.append(cell)
        writer = Writer(draft, cell, style, Sequence(draft, layout, steps, channels, cut=[blob]))
        CELLS["recursive"](writer)
        blob = cell.h[-1]
    settings = {"convolution_param": {"num_output": 3, "kernel_size": 3, "pad": 1}}
    blob = draft.add("Convolution", [blob], "rest", settings).tops[0]
    draft.put("Eltwise", [blob, image], [draft.names.blob("net", "image_out", 0)])
