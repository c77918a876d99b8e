"""Recognises steps without gates: vanilla RNNs, and recursive blocks that apply the same weights again.

Any activation behind a product with weights may be such a step, and so may any sum of a block with what it
read. What tells them from ordinary layers is that one of them reads another and shares its weights, or that
both take their other input from one sequence that is cut.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Set

from ..net import Blob, Layer, Net, Use
from .cores import Core
from .layer_kinds import (
    ACTIVATIONS,
    LEARNED,
    ON_THE_WAY,
    behind,
    is_sum,
    makes_pieces,
    names,
    passes_on,
    products_before,
    reads_of,
    source,
)

_LONGEST_BLOCK = 60
_FAR_ENOUGH = 4


class PlainStep:
    """An activation or a sum that may be a step: the layers with weights before it, and what they read."""

    def __init__(self, layer: Layer, products: list[Layer], *, is_block: bool = False) -> None:
        self.layer = layer
        self.products = products
        self.is_block = is_block
        self.names = {name: product for product in products for name in names(product)}

    def shares_with(self, other: "PlainStep") -> bool:
        """Whether both multiply by the same weights in the same way."""
        return any(
            name in other.names and _same_use(product, other.names[name])
            for name, product in self.names.items()
        )

    def pieces(self) -> dict[Layer, int]:
        """The layers that cut sequences whose pieces the step reads, and which of their tops."""
        found: dict[Layer, int] = {}
        for use in (*self.summands(), *(use for product in self.products for use in reads_of(product))):
            for blob in behind(use.blob):
                if makes_pieces(blob.layer):
                    # Behind a state stands an older piece.
                    found.setdefault(blob.layer, blob.index)
        return found

    def summands(self) -> Iterator[Use]:
        """What the sum in front of the activation adds up."""
        summed = next((blob.layer for blob in behind(self.layer.tops[0]) if is_sum(blob.layer)), None)
        yield from summed.bottoms if summed is not None else ()


Link = tuple[PlainStep, Use]
"""A step, and where another one reads its output."""

_Ways = Counter[tuple[tuple[str, ...], int]]
"""With which weights, and at which bottom, steps read others that share some of them; how often."""


def find_plain_chains(net: Net, taken: set[Layer]) -> list[list[Core]]:
    """The chains of recursive blocks, then those of RNN steps, without the layers that belong to others."""
    blocks = _candidates(net, taken, _block)
    chains = _chains(blocks, taken, is_block=True)
    used = taken | {core.roles["hidden"] for chain in chains for core in chain}
    used |= {
        product for chain in chains for core in chain for product in blocks[core.roles["hidden"]].products
    }
    steps = _candidates(net, used, _activation)
    steps = {layer: step for layer, step in steps.items() if used.isdisjoint(step.products)}
    return [*chains, *_chains(steps, used, is_block=False)]


def _candidates(
    net: Net, taken: set[Layer], read: Callable[[Layer], PlainStep | None]
) -> dict[Layer, PlainStep]:
    found = ((layer, read(layer)) for layer in net.layers if layer not in taken)
    return {layer: step for layer, step in found if step is not None}


def _activation(layer: Layer) -> PlainStep | None:
    if layer.type not in ACTIVATIONS or not layer.tops:
        return None
    # The operation may be wrong in one of them.
    found = products_before(source(layer), through=("SUM", "PROD", "MAX"))
    products = [product for product in found if product.bottoms]
    is_candidate = len(products) > 1 or any(names(product) for product in products)
    return PlainStep(layer, products) if is_candidate or _has_piece(source(layer)) else None


def _has_piece(blob: Blob | None) -> bool:
    return blob is not None and is_sum(blob.layer) and bool([*products_before(blob)])


def _block(layer: Layer) -> PlainStep | None:
    """A sum of two blobs: one went through layers with named weights, the other is read elsewhere too.

    That is what the block read, or the same for all blocks; an RNN adds an input that each step has for
    itself.
    """
    if not is_sum(layer) or len(layer.bottoms) != 2 or not layer.tops:
        return None
    for use, other in (layer.bottoms, layer.bottoms[::-1]):
        if other.blob is None or len(other.blob.uses) < 2 or other.blob.layer.type == "Slice":
            continue
        products = [each for each in _path(use.blob) if each.type in LEARNED]
        if any(names(product) for product in products):
            return PlainStep(layer, products, is_block=True)
    return None


def _path(blob: Blob | None) -> Iterator[Layer]:
    """The layers with one bottom behind each other, ending in front of one with several."""
    for _ in range(_LONGEST_BLOCK):
        if blob is None:
            return
        layer = blob.layer
        yield layer
        if len(layer.bottoms) != 1 or not (
            layer.type in LEARNED or layer.type in ACTIVATIONS or passes_on(layer) or layer.type in ON_THE_WAY
        ):
            return
        blob = source(layer)


def _chains(steps: dict[Layer, PlainStep], taken: set[Layer], *, is_block: bool) -> list[list[Core]]:
    links: dict[Layer, Link] = {}
    followers: dict[Layer, list[Layer]] = {}
    read = {layer: [*_steps_read(step, steps)] for layer, step in steps.items() if layer not in taken}
    between = {} if is_block else _between(read, steps)
    counts = Counter(name for step in steps.values() for name in step.names)
    shared = {name for name, count in counts.items() if count > 1}
    usual: dict[frozenset[str], _Ways] = {}
    for layer, others in read.items():
        step = steps[layer]
        ways = usual.setdefault(frozenset(step.names), Counter())
        ways.update(_way(step, use) for other, use in others if step.shares_with(other))
    for layer, step in steps.items():
        if layer in taken:
            continue
        found = between.get(layer) or _before(step, read[layer], usual[frozenset(step.names)], shared)
        if found is not None and found[0].layer not in taken:
            links[layer] = found
            followers.setdefault(found[0].layer, []).append(layer)
    starts = [layer for layer in followers if layer not in links]
    chains = [chain for start in starts for chain in _branches(start, followers, steps) if len(chain) > 1]
    if is_block:
        chains = [chain for chain in chains if _are_tied([steps[layer] for layer in chain])]
    used = {layer for chain in chains for layer in chain}
    # A step that reads a wrong state is linked to none; its weights tell where it belongs.
    theirs = {name for layer in used for name in steps[layer].names}
    used |= taken
    chains += [[layer] for layer, step in steps.items() if layer not in used and theirs & step.names.keys()]
    return [_cores(chain, steps, links) for chain in chains]


def _are_tied(chain: list[PlainStep]) -> bool:
    """Whether blocks share half of what they multiply by: residual nets may tie some of their layers."""
    uses = Counter(name for step in chain for name in step.names)
    products = [product for step in chain for product in step.products]
    tied = [product for product in products if any(uses[name] > 1 for name in names(product))]
    return 2 * len(tied) >= len(products)


def _branches(
    start: Layer, followers: dict[Layer, list[Layer]], steps: dict[Layer, PlainStep]
) -> Iterator[list[Layer]]:
    """A chain from a start, and those that leave it on the way.

    The next step is one whose output stands in one sequence with that of the last, or that has most of its
    weights, or that more steps follow.
    """
    chain, skipped = [start], []
    while next_steps := followers.get(chain[-1]):
        last = steps[chain[-1]]
        ranks = {
            layer: (
                -_are_joined(steps[layer], last),
                -len(last.names.keys() & steps[layer].names.keys()),
                -_length(layer, followers),
            )
            for layer in next_steps
        }
        following, *others = sorted(next_steps, key=ranks.__getitem__)
        for other in others:
            if other in followers:
                yield from _branches(other, followers, steps)
            else:
                skipped.append((chain[-1], other))
        chain.append(following)
    yield _with_skipped(chain, skipped, steps)


def _length(layer: Layer, followers: dict[Layer, list[Layer]]) -> int:
    """How many steps follow, as far as that matters for the choice."""
    length, reached = 0, [layer]
    while reached and length < _FAR_ENOUGH:
        length += 1
        reached = followers.get(reached[0], [])
    return length


def _with_skipped(
    chain: list[Layer], others: list[tuple[Layer, Layer]], steps: dict[Layer, PlainStep]
) -> list[Layer]:
    """The chain with the steps that it should run through: what follows reads the state before them."""
    for before, skipped in others:
        at = chain.index(before) + 1
        if at == len(chain):
            continue
        numbers = _numbers(steps[before], steps[skipped], steps[chain[at]])
        is_between = all(abs(step - first) == 1 < abs(after - first) for first, step, after in numbers)
        both = steps[before].pieces().keys() & steps[chain[at]].pieces().keys()
        has_input = not both or bool(both & steps[skipped].pieces().keys())
        if not has_input or not _read_alike(steps[before], steps[skipped], steps[chain[at]]):
            continue
        # Of two last steps without such numbers, the later one in the file is the last.
        is_last = at == len(chain) - 1
        if is_between and (numbers or not is_last):
            chain.insert(at, skipped)
        elif is_last:
            chain.append(skipped)
    return chain


def _read_alike(before: PlainStep, one: PlainStep, other: PlainStep) -> bool:
    """Whether two steps may multiply what a third makes by the same weights; else one reads it as input."""
    through = [_read_through(step, before) for step in (one, other)]
    return not all(through) or bool(set.intersection(*through))


def _read_through(step: PlainStep, other: PlainStep) -> set[str]:
    """The weights by which a step multiplies what another one makes."""
    return {
        name
        for product in step.products
        for use in reads_of(product)
        if any(blob.layer is other.layer for blob in behind(use.blob))
        for name in names(product)
    }


def _numbers(before: PlainStep, skipped: PlainStep, after: PlainStep) -> list[tuple[int, int, int]]:
    """The numbers of the pieces that three steps read from the same sequences."""
    return [
        (first, step, behind_it)
        for piece, first in before.pieces().items()
        if (step := skipped.pieces().get(piece)) is not None
        and (behind_it := after.pieces().get(piece)) is not None
    ]


def _steps_read(step: PlainStep, steps: dict[Layer, PlainStep]) -> Iterator[Link]:
    """The steps whose output this one reads, and where."""
    for product in step.products:
        if any(use.layer.type == "Slice" for top in product.tops for use in top.uses):
            continue  # It multiplies a whole sequence.
        for use in reads_of(product):
            for blob in _outputs_behind(use.blob) if not step.is_block else _blocks_behind(use.blob):
                other = steps.get(blob.layer)
                if other is not None and other is not step:
                    yield other, use
                    break


def _before(step: PlainStep, read: list[Link], ways: _Ways, shared: Set[str]) -> Link | None:
    """The step that this one goes on from: it shares its weights, or reads the next piece of a sequence.

    Of two such steps, the one whose output is joined with that of the step, or else the one that is read
    where most steps with these weights read one of their own.
    """
    found = [
        (other, use)
        for other, use in read
        if (step.shares_with(other) and not _is_read_as_x(step, use, ways))
        or _are_neighbours(step, other)
        or (_has_shared(step, shared) and _goes_on(step, other, shared))
    ]
    return max(
        found,
        key=lambda link: (
            _are_joined(step, link[0]),
            len(link[0].names.keys() & step.names),
            ways[_way(step, link[1])],
        ),
        default=None,
    )


def _way(step: PlainStep, use: Use) -> tuple[tuple[str, ...], int]:
    product = next((each for each in step.products if use in reads_of(each)), None)
    return names(product) if product is not None else (), use.layer.bottoms.index(use)


def _is_read_as_x(step: PlainStep, use: Use, ways: _Ways) -> bool:
    """Whether most steps with these weights read their own kind in another way."""
    way = _way(step, use)
    return 2 * ways[way] < max((number for other, number in ways.items() if other != way), default=0)


def _has_shared(step: PlainStep, shared: Set[str]) -> bool:
    """Whether a step has weights of others; a residual block has none."""
    return not shared.isdisjoint(step.names)


def _goes_on(step: PlainStep, other: PlainStep, shared: Set[str]) -> bool:
    """Whether a step with wrong weights or input goes on from another one."""
    adds_state = not step.is_block and any(use.blob is other.layer.tops[0] for use in step.summands())
    return adds_state or (_has_shared(other, shared) and _are_joined(step, other))


def _are_joined(step: PlainStep, other: PlainStep) -> bool:
    """Whether the outputs of both stand in one sequence."""
    return bool(_sequences(step) & _sequences(other))


def _sequences(step: PlainStep) -> set[Layer]:
    readers = (use.layer for use in step.layer.tops[0].uses)
    return {layer for layer in readers if layer.type == "Concat" and len(layer.bottoms) > 2}


def _between(read: dict[Layer, list[Link]], steps: dict[Layer, PlainStep]) -> dict[Layer, Link]:
    """Steps with the weights of another cell, which they read, and those that go on from them.

    What goes on from such a step has the weights of none that it reads, but of one that the step reads.
    """
    found: dict[Layer, Link] = {}
    for layer, links in read.items():
        step = steps[layer]
        if len(links) < 2 or any(step.shares_with(other) for other, _ in links):
            continue
        for odd, use in links:
            others = read.get(odd.layer, [])
            if len(others) < 2 or not any(odd.shares_with(each) for each, _ in others):
                continue
            before = next((link for link in others if step.shares_with(link[0])), None)
            if before is not None:
                found[layer], found[odd.layer] = (odd, use), before
    return found


def _outputs_behind(blob: Blob | None) -> Iterator[Blob]:
    """What a blob is made of, a layer that is too much included."""
    last = None
    for last in behind(blob):
        yield last
    if last is not None and last.layer.type in ON_THE_WAY:
        yield from behind(source(last.layer))


def _blocks_behind(blob: Blob | None) -> Iterator[Blob]:
    for layer in _path(blob):
        yield layer.tops[0]


def _are_neighbours(step: PlainStep, other: PlainStep) -> bool:
    """Whether both read neighbouring pieces of one sequence, beside the state."""
    if len(step.products) < 2 and not _has_piece(source(step.layer)):
        return False
    mine, others = step.pieces(), other.pieces()
    return any(abs(index - others[piece]) == 1 for piece, index in mine.items() if piece in others)


def _same_use(product: Layer, other: Layer) -> bool:
    """Whether two layers multiply by shared weights in the same way: a tied decoder transposes them."""
    if product.type != other.type:
        return False
    if product.type != "InnerProduct":
        return True
    one, two = (layer.block.block("inner_product_param") for layer in (product, other))
    return one.boolean("transpose") == two.boolean("transpose")


def _cores(chain: list[Layer], steps: dict[Layer, PlainStep], links: dict[Layer, Link]) -> list[Core]:
    kind = "recursive" if steps[chain[0]].is_block else "rnn"
    return [
        Core(
            kind,
            {"hidden": layer},
            {"h": layer.tops[0]},
            links[layer][1] if layer in links else _any_read(steps[layer]),
            tuple(steps[layer].products),
        )
        for layer in chain
    ]


def _any_read(step: PlainStep) -> Use | None:
    """What the first step reads in the place of a state, as far as one of its products shows it."""
    return next((product.bottoms[0] for product in step.products[::-1] if product.bottoms), None)
