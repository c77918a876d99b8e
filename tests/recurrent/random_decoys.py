"""Correct nets that look recurrent in one way or another and are not."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.recurrent.random_draft import Draft
from tests.recurrent.random_nets import random_plan, random_source, write_cell
from tests.recurrent.random_text import Fields, Word


def _product(draft: Draft, bottom: str, outputs: int, stem: str, names: list[str] | None = None) -> str:
    params: list[Fields] = [{"name": name} for name in names or []]
    settings: Fields = {"inner_product_param": {"num_output": outputs}}
    return draft.add("InnerProduct", [bottom], stem, settings, params=params).tops[0]


def _convolve(
    draft: Draft, bottom: str, outputs: int, stem: str, size: int = 3, names: list[str] | None = None
) -> str:
    params: list[Fields] = [{"name": name} for name in names or []]
    settings: Fields = {"convolution_param": {"num_output": outputs, "kernel_size": size, "pad": size // 2}}
    return draft.add("Convolution", [bottom], stem, settings, params=params).tops[0]


def _in_place(draft: Draft, kind: str, blob: str) -> str:
    return draft.put(kind, [blob], [blob]).tops[0]


def _sum(draft: Draft, one: str, other: str, operation: str = "SUM") -> str:
    settings: Fields = {"eltwise_param": {"operation": Word(operation)}}
    return draft.add("Eltwise", [one, other], "both", settings).tops[0]


def siamese(draft: Draft) -> None:
    """Towers that share every weight, without any time."""
    random = draft.random
    widths = [random.randint(2, 20) for _ in range(random.randint(2, 5))]
    names = [[draft.names.weight("tower", f"{kind}{n}") for kind in "wb"] for n in range(len(widths))]
    ends = []
    for tower in range(random.choice([2, 2, 3])):
        blob = draft.input("image", [4, 7], step=tower)
        for number, (width, pair) in enumerate(zip(widths, names, strict=True)):
            blob = _product(draft, blob, width, f"fc{tower}_{number}", pair)
            if number < len(widths) - 1:
                blob = _in_place(draft, "ReLU", blob)
        ends.append(blob)
    labels = draft.input("similar", [4])
    settings: Fields = {"contrastive_loss_param": {"margin": 1}}
    draft.add("ContrastiveLoss", [*ends[:2], labels], "loss", settings)


def tied_autoencoder(draft: Draft) -> None:
    """A decoder that uses the encoder's weights, transposed."""
    random = draft.random
    widths = [8, *(random.randint(2, 9) for _ in range(random.randint(2, 5)))]
    names = [draft.names.weight("code", f"w{number}") for number in range(len(widths) - 1)]
    blob = first = draft.input("data", [4, 8])
    for width, name in zip(widths[1:], names, strict=True):
        blob = _in_place(draft, "Sigmoid", _product(draft, blob, width, "encode", [name]))
    for width, name in zip(widths[-2::-1], reversed(names), strict=True):
        settings: Fields = {"inner_product_param": {"num_output": width, "transpose": Word("true")}}
        blob = draft.add("InnerProduct", [blob], "decode", settings, params=[{"name": name}]).tops[0]
        blob = draft.add("Sigmoid", [blob], "decoded").tops[0]
    draft.add("EuclideanLoss", [blob, first], "loss")


def resnet(draft: Draft) -> None:
    """Residual blocks with weights of their own, ReLU in place, with SE blocks in some nets."""
    random = draft.random
    channels, has_gates = random.randint(4, 9), random.random() < 0.5
    blob = _convolve(draft, draft.input("data", [2, 3, 6, 6]), channels, "conv1")
    for _ in range(random.randint(3, 8)):
        inner = _in_place(draft, "ReLU", _convolve(draft, blob, channels, "branch_a"))
        inner = _convolve(draft, inner, channels, "branch_b")
        if has_gates:
            inner = _squeeze_and_excite(draft, inner, channels)
        blob = _in_place(draft, "ReLU", _sum(draft, blob, inner))
    _product(draft, blob, 5, "classes")


def _squeeze_and_excite(draft: Draft, blob: str, channels: int) -> str:
    pool: Fields = {"pooling_param": {"pool": Word("AVE"), "global_pooling": Word("true")}}
    gate = draft.add("Pooling", [blob], "squeeze", pool).tops[0]
    gate = _in_place(draft, "ReLU", _convolve(draft, gate, 2, "down", 1))
    gate = _in_place(draft, "Sigmoid", _convolve(draft, gate, channels, "up", 1))
    flat: Fields = {"flatten_param": {"axis": 1}}
    gate = draft.add("Flatten", [gate], "gate", flat).tops[0]
    return draft.add("Scale", [blob, gate], "excited", {"scale_param": {"axis": 0}}).tops[0]


def u_net(draft: Draft) -> None:
    """Down and up again, with connections across."""
    random = draft.random
    depth = random.randint(2, 3)
    blob, across = draft.input("data", [1, 3, 16, 16]), []
    for level in range(depth):
        blob = _in_place(draft, "ReLU", _convolve(draft, blob, 4 * (level + 1), "down"))
        across.append(blob)
        pool: Fields = {"pooling_param": {"pool": Word("MAX"), "kernel_size": 2, "stride": 2}}
        blob = draft.add("Pooling", [blob], "pool", pool).tops[0]
    for level in reversed(range(depth)):
        up: Fields = {"convolution_param": {"num_output": 4, "kernel_size": 2, "stride": 2}}
        blob = draft.add("Deconvolution", [blob], "up", up).tops[0]
        blob = draft.add("Concat", [across[level], blob], "joined").tops[0]
        blob = _in_place(draft, "ReLU", _convolve(draft, blob, 4 * (level + 1), "merge"))


def mlp(draft: Draft) -> None:
    """Many products of one width with TanH between them."""
    random = draft.random
    width = random.randint(2, 20)
    blob = draft.input("data", [4, width])
    for _ in range(random.randint(2, 12)):
        blob = _product(draft, blob, width, "fc")
        blob = (
            _in_place(draft, "TanH", blob)
            if random.random() < 0.5
            else draft.add("TanH", [blob], "act").tops[0]
        )


def highway(draft: Draft) -> None:
    """Gated layers with weights of their own: t*new + (1-t)*old."""
    random = draft.random
    width = random.randint(2, 20)
    blob = draft.input("data", [4, width])
    for _ in range(random.randint(2, 12)):
        new = draft.add("TanH", [_product(draft, blob, width, "new")], "activated").tops[0]
        gate = _in_place(draft, "Sigmoid", _product(draft, blob, width, "gate"))
        power: Fields = {"power_param": {"scale": -1, "shift": 1}}
        rest = draft.add("Power", [gate], "carry", power).tops[0]
        blob = _sum(draft, _sum(draft, gate, new, "PROD"), _sum(draft, rest, blob, "PROD"))


def short_residuals(draft: Draft) -> None:
    """Residual blocks of one layer each, with weights of their own, whose outputs are joined."""
    random = draft.random
    width, has_names, has_shortcuts = random.randint(2, 9), random.random() < 0.5, random.random() < 0.5
    blob, made = draft.input("data", [4, width]), []
    for number in range(random.randint(3, 8)):
        names = [draft.names.weight("residual", f"w{number}")] if has_names else None
        inner = _product(draft, blob, width, "inner", names)
        rest = _product(draft, blob, width, "shortcut") if has_shortcuts else blob
        blob = draft.add("ReLU", [_sum(draft, inner, rest)], "out").tops[0]
        made.append(blob)
    if random.random() < 0.7:
        draft.add("Concat", made, "joined")


def tied_residuals(draft: Draft) -> None:
    """Residual blocks of three layers, of which some blocks share one."""
    random = draft.random
    channels, blocks = random.randint(4, 9), random.randint(3, 8)
    tied, place = random.sample(range(blocks), random.randint(2, blocks)), random.randrange(3)
    name = draft.names.weight("residual", "shared")
    blob = _convolve(draft, draft.input("data", [2, 3, 6, 6]), channels, "conv1")
    for block in range(blocks):
        inner = blob
        for number, size in enumerate((1, 3, 1)):
            names = [name] if block in tied and number == place else None
            inner = _convolve(draft, inner, channels, f"branch_{number}", size, names)
            if number < 2:
                inner = _in_place(draft, "ReLU", inner)
        blob = _in_place(draft, "ReLU", _sum(draft, blob, inner))
    _product(draft, blob, 5, "classes")


def tied_mlp(draft: Draft) -> None:
    """Products of one width with an activation between them, of which two have the same weights."""
    random = draft.random
    width, layers = random.randint(2, 20), random.randint(4, 10)
    tied = random.sample(range(layers), 2)
    blob = draft.input("data", [4, width])
    for number in range(layers):
        names = [draft.names.weight("mlp", "shared")] if number in tied else None
        blob = _product(draft, blob, width, "fc", names)
        blob = draft.add("TanH", [blob], "act").tops[0]


def encoder_decoder(draft: Draft) -> None:
    """A decoder with weights of its own goes on from the states of the encoder."""
    random = draft.random
    kind = random.choice(["lstm", "gru", "rnn"])
    plan = replace(random_plan(random, kind, 2), shape="single")
    plan = replace(plan, steps=min(plan.steps, 30), style=replace(plan.style, initial="input"))
    encoder, _ = write_cell(draft, plan, random_source(draft, plan.layout, plan.steps), "encoder")
    start = [encoder.h[-1], *encoder.c[-1:]]
    plan = replace(plan, steps=random.randint(2, 9), style=replace(plan.style, initial="given", markers=""))
    draft.given = start
    write_cell(draft, plan, random_source(draft, plan.layout, plan.steps), "decoder")


DECOYS: tuple[Callable[[Draft], None], ...] = (
    siamese,
    tied_autoencoder,
    resnet,
    u_net,
    mlp,
    highway,
    short_residuals,
    tied_residuals,
    tied_mlp,
    encoder_decoder,
)


def random_decoy(random: Random) -> Draft:
    """One of these nets."""
    draft = Draft(random)
    random.choice(DECOYS)(draft)
    return draft
