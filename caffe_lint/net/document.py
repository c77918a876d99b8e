"""One file as caffe-lint reads it: bytes, tree, what kind of file it is, and the nets it describes."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from os import PathLike
from pathlib import Path

from ..schema import (
    BVLC,
    Block,
    Impostor,
    Schema,
    SchemaProblem,
    check,
    dialect_named,
    infer,
    load_schema,
    recognise,
    root_type_of,
)
from ..text import Edit, Message, Parsed, Source, SyntaxProblem, apply_edits, parse
from .build import build_net
from .damage import Damage
from .model import Net
from .solver import Solver
from .state import NetState, is_kept, states_of
from .upgrade import Upgraded, upgrade

AUTO = "auto"
"""The dialect of whatever Caffe knows everything that the file uses."""


class Document:
    """A prototxt file; everything about it is worked out when it is first asked for."""

    def __init__(self, source: Source, dialect: str = AUTO, target: Iterable[str] = ()) -> None:
        """Read a file.

        Args:
            source: the bytes of the file and its path.
            dialect: the Caffe that judges it: `auto`, `bvlc`, or the name of a repository.
            target: the Caffes that it shall load in, whoever judges it.

        Raises:
            ValueError: if no Caffe of that name is known.
        """
        self.source = source
        self._repositories = None if dialect == AUTO else tuple(dialect_named(dialect))
        self.target = tuple(dict.fromkeys(repo for name in target for repo in dialect_named(name)))
        """The repositories whose Caffe the file shall load in."""

    def edited(self, edits: Iterable[Edit]) -> "Document":
        """The file after some edits, judged by the Caffe that was asked for."""
        edited = Document(Source(self.source.path, apply_edits(self.source.data, edits)))
        edited._repositories = self._repositories
        edited.target = self.target
        return edited

    @cached_property
    def impostor(self) -> Impostor | None:
        """What the file is if it is no text-format file at all (HTML, binary weights, …)."""
        return recognise(self.source.data)

    @cached_property
    def _parsed(self) -> Parsed:
        return parse(self.source.data) if self.impostor is None else Parsed(Message(0, 0, []), [])

    @property
    def root(self) -> Message:
        """The tree; of a broken file as much as could be understood."""
        return self._parsed.root

    @property
    def syntax_problems(self) -> list[SyntaxProblem]:
        """Where the file is not text format."""
        return self._parsed.problems

    @cached_property
    def root_type(self) -> str | None:
        """`NetParameter`, `SolverParameter`, `LabelMap`, or None for a file that is not Caffe's."""
        return root_type_of(self.root) if self.impostor is None else None

    @cached_property
    def dialects(self) -> tuple[str, ...]:
        """The repositories whose Caffe knows what the file uses, BVLC's first; or the one asked for."""
        if self._repositories is not None:
            return self._repositories
        return infer(self.root, self.root_type) if self.root_type else ()

    @property
    def is_dialect_given(self) -> bool:
        """Whether the dialect was asked for, and not inferred from what the file uses."""
        return self._repositories is not None

    @cached_property
    def schema(self) -> Schema:
        """What the file is judged by."""
        return load_schema().view(self.dialects)

    @cached_property
    def _layer_schema(self) -> Schema:
        # The layer table reads fields as BVLC declares them; a fork may have made `pad` repeated, say.
        return load_schema().view({BVLC, *self.dialects})

    @cached_property
    def schema_problems(self) -> list[SchemaProblem]:
        """Fields and values that the dialect's parser rejects."""
        return check(self.root, self.schema, self.root_type) if self.root_type else []

    @cached_property
    def net_settings(self) -> Block:
        """The fields of a NetParameter file itself, as they stand there; none for another file."""
        message = self.root if self.root_type == "NetParameter" else Message(0, 0, [])
        return Block.root(message, "NetParameter", self._layer_schema)

    @cached_property
    def solver(self) -> Solver | None:
        """The solver that the file describes; None for another file, and for one that the parser rejects."""
        if self.root_type != "SolverParameter" or self.syntax_problems or self.schema_problems:
            return None
        return Solver(Block.root(self.root, "SolverParameter", self._layer_schema))

    @cached_property
    def upgraded(self) -> Upgraded:
        """The net in today's form, all its states in one."""
        return upgrade(self.root, self._layer_schema)

    @cached_property
    def layer_blocks(self) -> list[Block]:
        """The layers of all states in today's form, in the order of the file."""
        layer_type = self._layer_schema.message("LayerParameter")
        return [
            Block(field.value, layer_type, self._layer_schema, field.name_span)
            for field in self.upgraded.layers
            if isinstance(field.value, Message)
        ]

    def layers_with(self, words: Iterable[bytes]) -> Iterator[Block]:
        """The layers in today's form whose text has one of some words, as they stand in the file."""
        settings, data = self.net_settings, self.source.data
        used = [word for word in words if word in data]
        for field in settings.fields("layer") if used else ():
            text = data[field.start : field.end]
            if isinstance(field.value, Message) and any(word in text for word in used):
                yield Block(field.value, settings.schema.message("LayerParameter"), settings.schema, field)

    @cached_property
    def blob_names(self) -> frozenset[str]:
        """The names of the blobs of all states, also of layers that Caffe merges into others."""
        blocks = [*self.layer_blocks, *self.net_settings.blocks("layers")]
        named = (block.strings(side) for block in blocks for side in ("bottom", "top"))
        return frozenset(chain(self.net_settings.strings("input"), *named))

    def nets(self, states: Iterable[NetState] | None = None) -> list[Net]:
        """The nets of a NetParameter file, one for all states that keep the same layers.

        Args:
            states: the states to build; by default those that the file tells apart: TRAIN and TEST, and each
                level and stage that its rules name.

        Returns:
            The nets in the order of their first states; none for a file that is not a net.
        """
        if self.root_type != "NetParameter":
            return []
        return [*self._own_nets] if states is None else self._build_nets(states)

    @cached_property
    def _own_nets(self) -> list[Net]:
        return self._build_nets(states_of(self.layer_blocks))

    def _build_nets(self, states: Iterable[NetState]) -> list[Net]:
        own_stages = tuple(self.net_settings.block("state").strings("stage"))
        has_rules = [block.has("include") or block.has("exclude") for block in self.layer_blocks]
        blocks = list(zip(self.layer_blocks, has_rules, strict=True))
        groups: dict[tuple[bool, ...], list[NetState]] = {}
        for state in states:
            effective = NetState(state.phase, state.level, (*own_stages, *state.stages))
            kept = tuple(not is_ruled or is_kept(block, effective) for block, is_ruled in blocks)
            groups.setdefault(kept, []).append(state)
        nets = [
            build_net(self.upgraded, self.layer_blocks, kept, tuple(group)) for kept, group in groups.items()
        ]
        for net in nets:
            net.dialects = self.dialects
            net.forces_backward = self.net_settings.boolean("force_backward")
        if self.syntax_problems or self.schema_problems:
            damage = Damage(self.root, self.syntax_problems, self.schema_problems)
            for net in nets:
                damage.mark(net, self.upgraded.layers)
        return nets


def load(path_or_bytes: str | PathLike[str] | bytes, dialect: str = AUTO) -> Document:
    """Read a prototxt file, or the bytes of one.

    Args:
        path_or_bytes: a path, or the content itself.
        dialect: the Caffe that judges it: `auto` (the one that the file needs), `bvlc`, or a repository.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if no Caffe of that name is known.
    """
    if isinstance(path_or_bytes, bytes):
        return Document(Source("<bytes>", path_or_bytes), dialect)
    return Document(Source(str(path_or_bytes), Path(path_or_bytes).read_bytes()), dialect)
