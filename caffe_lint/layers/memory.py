"""Which blobs lie in the same memory, and who writes there: in place, or through an alias."""

from bisect import bisect_right
from collections.abc import Iterator

from ..net import Blob, Layer, Net
from .aliasing import shares_memory


class Memory:
    """One piece of memory with everything that is written into it in one Forward, first write first."""

    __slots__ = ("blobs", "writes")

    def __init__(self) -> None:
        self.writes: list[Blob] = []
        self.blobs: list[Blob] = []
        """All blobs that lie here, under whatever name."""

    @property
    def origin(self) -> Blob:
        """What fills the memory first."""
        return self.writes[0]

    def after(self, blob: Blob) -> list[Blob]:
        """What is written after the layer that makes `blob`."""
        first = bisect_right(self.writes, blob.layer.index, key=lambda write: write.layer.index)
        return self.writes[first:]


class MemoryMap:
    """Where the blobs of a net lie."""

    def __init__(self, net: Net) -> None:
        self.memories: list[Memory] = []
        self._memory: dict[Blob, Memory] = {}
        self._content: dict[Blob, Blob] = {}
        self._learned: dict[str, Blob] = {}
        for layer in net.layers:
            for top in layer.tops:
                self._place(top)

    @property
    def overwritten(self) -> Iterator[Memory]:
        """The memories into which more than one layer writes."""
        return (memory for memory in self.memories if len(memory.writes) > 1)

    def of(self, blob: Blob) -> Memory:
        """The memory of a version of a blob."""
        return self._memory[blob]

    def content(self, blob: Blob) -> Blob:
        """The write whose values a version stands for: its own, or the one that an alias shows."""
        return self._content[blob]

    def _place(self, top: Blob) -> None:
        source = top.previous or self._shown(top) or self._same_learned(top)
        memory = self._new() if source is None else self._memory[source]
        self._memory[top] = memory
        memory.blobs.append(top)
        if source is None or top.is_in_place:
            memory.writes.append(top)
            self._content[top] = top
        else:
            self._content[top] = self._content[source]

    def _shown(self, top: Blob) -> Blob | None:
        """The blob whose memory an alias shows."""
        layer = top.layer
        return layer.bottoms[0].blob if layer.bottoms and shares_memory(layer) else None

    def _same_learned(self, top: Blob) -> Blob | None:
        """The top of an earlier Parameter layer that puts out the same learned blob, by its shared name."""
        params = top.layer.params
        if top.layer.type != "Parameter" or not params or not params[0].name:
            return None
        first = self._learned.setdefault(params[0].name, top)
        return first if first is not top else None

    def _new(self) -> Memory:
        memory = Memory()
        self.memories.append(memory)
        return memory


def shares_gradient(layer: Layer) -> bool:
    """Whether the gradient of an alias's top is that of its bottom too; a Split has its own for each top."""
    return layer.type != "Split" and shares_memory(layer)
