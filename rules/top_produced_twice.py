"""Two layers write the same blob, and the second does not work in place.

Caffe aborts with "Top blob 'x' produced by multiple sources". It says so as well of an in-place layer
whose blob is also read by another layer or has a loss weight: Caffe gives each reader a copy by a Split
layer, and then the in-place layer no longer writes what it reads.

Bad:
    layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
    layer { name: "relu2" type: "ReLU" bottom: "conv2" top: "conv1" }

Good:
    layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
    layer { name: "relu2" type: "ReLU" bottom: "conv2" top: "conv2" }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, NetContext, NetRule, Note
from caffe_lint.net import Blob


class TopProducedTwice(NetRule):
    code = "CL102"
    name = "top-produced-twice"

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        for blob in context.net.blobs:
            if blob.duplicate_of is not None:
                message, notes = self._explain(blob, blob.duplicate_of)
                yield self.report(context, message, blob.span, notes)

    def _explain(self, blob: Blob, first: Blob) -> tuple[str, list[Note]]:
        made = Note(f"'{first.layer.name}' makes it here", first.span)
        if first.name != blob.name:
            copies = f"which Caffe calls a copy of '{first.name}', because several layers read that"
            return f"'{blob.layer.name}' makes '{blob.name}', {copies}", [made]
        readers = [use for use in first.uses if use.layer is not blob.layer]
        if all(use.layer is not blob.layer for use in first.uses):
            return f"'{blob.layer.name}' makes '{blob.name}', which '{first.layer.name}' makes already", [
                made
            ]
        if readers:
            reader = readers[0].layer.name
            message = f"'{blob.layer.name}' overwrites '{blob.name}' in place, but '{reader}' reads it too"
            return message, [Note(f"'{reader}' reads it here", readers[0].span), made]
        message = f"'{blob.layer.name}' cannot work in place on '{blob.name}': {self._obstacle(blob, first)}"
        return message, [made]

    def _obstacle(self, blob: Blob, first: Blob) -> str:
        own = [use.index for use in first.uses if use.layer is blob.layer]
        if len(own) > 1:
            return "it reads the blob more than once"
        if own[0] != blob.index:
            return f"the blob is bottom {own[0]} and top {blob.index}, which must be the same number"
        return "the blob has a loss weight"
