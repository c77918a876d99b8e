"""Layers share a param by name, but fill it differently.

Caffe lets every layer fill its own blob, and then gives all of them the blob of the first one: the filler of
the others does nothing.

Bad:
    layer { name: "a" type: "InnerProduct" param { name: "w" } … weight_filler { type: "xavier" } }
    layer { name: "b" type: "InnerProduct" param { name: "w" } … weight_filler { type: "constant" value: 1 } }

Good:
    layer { name: "a" type: "InnerProduct" param { name: "w" } … weight_filler { type: "xavier" } }
    layer { name: "b" type: "InnerProduct" param { name: "w" } … weight_filler { type: "xavier" } }
"""

from collections.abc import Iterator

from caffe_lint.layers import TABLE
from caffe_lint.lint import Claim, Diagnostic, NetContext, NetRule, Note, Severity
from caffe_lint.net import ParamSpec
from caffe_lint.schema import Block


class SharedParamFiller(NetRule):
    code = "CL306"
    name = "shared-param-filler"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        data = context.document.source.data
        for owner, *others in context.net.sharers.values():
            for param in others:
                if _text(param, data) != _text(owner, data) or param.index != owner.index:
                    yield from self._compare(context, owner, param)

    def _compare(self, context: NetContext, owner: ParamSpec, param: ParamSpec) -> Iterator[Diagnostic]:
        filler, owned = _filler(param), _filler(owner)
        if filler is not None and not _is_equal(filler, owned):
            whose = owner.layer.name
            message = f"this filler does nothing: '{param.layer.name}' shares '{param.name}' of '{whose}'"
            note = Note(
                f"'{whose}' fills '{param.name}'", owner.block.place if owned is None else owned.place
            )
            yield self.report(context, message, filler.place, [note])


def _own_block(param: ParamSpec) -> str | None:
    """The name of the block with the parameters of a layer's type, one of BVLC's: of those the order of the
    learned blobs is known."""
    record = TABLE.get(param.layer.type)
    return None if record is None else record.param


def _text(param: ParamSpec, data: bytes) -> bytes:
    """How the layer's own parameters stand in the file: most sharers repeat them to the letter."""
    name = _own_block(param)
    field = param.layer.block.field(name) if name else None
    return data[field.start : field.end] if field else b""


def _filler(param: ParamSpec) -> Block | None:
    """The filler that a layer gives for one of its learned blobs, the weight or the bias."""
    name = _own_block(param)
    if name is None or param.index > 1:
        return None
    block, filler = param.layer.block.block(name), ("weight_filler", "bias_filler")[param.index]
    return block.block(filler) if block.has(filler) and block.type.field(filler) else None


def _is_equal(filler: Block, other: Block | None) -> bool:
    if other is None or filler.string("type") != other.string("type"):
        return False
    return all(filler.real(name) == other.real(name) for name in ("value", "min", "max", "mean", "std"))
