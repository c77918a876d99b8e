"""Rules about old fields of today's layers, with the new field as a fix."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from ..net import Document
from ..schema import BVLC, Block, load_schema
from ..text import Edit
from .diagnostic import Diagnostic, Fix
from .old_rule import OldRule


class OldFieldRule(OldRule):
    """A rule about a field that Caffe still reads as it reads a newer one; a finding a layer.

    In a net of old layers there is something else to do first, see OldFormRule.
    """

    words: ClassVar[tuple[bytes, ...]]
    """A layer without any of these has nothing to find: its text says so sooner than its fields."""

    def check_net(self, document: Document) -> Iterator[Diagnostic]:
        """The findings of `check_block`, for each layer with one of the words."""
        if not document.net_settings.has("layers"):
            for block in document.layers_with(self.words):
                yield from self.check_block(document, block)

    @abstractmethod
    def check_block(self, document: Document, layer: Block) -> Iterator[Diagnostic]:
        """The findings in a layer."""

    def has_successor(self, document: Document, block: Block, new: str) -> bool:
        """Whether a newer field is not there yet, and known where the file is read: in BVLC, or in all."""
        field = load_schema().message(block.type.name).fields.get(new)
        if field is None or block.has(new):
            return False
        readers = {BVLC} if BVLC in document.dialects else set(document.dialects)
        return readers <= set(field.repos)

    def renewed(self, block: Block, old: str, new: str, edits: tuple[Edit, ...]) -> Diagnostic:
        """The finding that a field has a successor, with a fix."""
        message = f"'{old}' is deprecated, write '{new}'"
        fix = Fix(True, f"write '{new}'", edits, frozenset({"parameters"})) if edits else None
        return self.report(message, block.span(old))._replace(fix=fix)
