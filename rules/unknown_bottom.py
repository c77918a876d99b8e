"""A bottom that no layer before it makes.

Caffe aborts with "Unknown bottom blob 'x' (layer 'y', bottom index 0)" when a name is misspelt, when the
layer that makes the blob stands further down, and when that layer exists in another phase or stage only.

Bad:
    layer { name: "conv1" type: "Convolution" bottom: "dta" top: "conv1" }

Good:
    layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" }
"""

from collections.abc import Iterator
from difflib import get_close_matches

from caffe_lint.lint import Diagnostic, NetContext, NetRule, Note, Severity
from caffe_lint.net import Net, Use


class UnknownBottom(NetRule):
    code = "CL101"
    name = "unknown-bottom"
    reads_names_only = True

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        net = context.net
        if net.is_partial:
            return
        unknown = [use for use in net.uses if use.blob is None and use.name not in net.broken_names]
        if net.is_unfed:
            unfed = [use for use in unknown if use.name in net.fed_elsewhere]
            for use in unfed[:1]:
                yield self._unfed(context, use)._replace(severity=Severity.NOTE)
            return
        for use in unknown:
            message, notes = self._explain(net, use)
            yield self.report(context, f"'{use.layer.name}' reads '{use.name}', {message}", use.span, notes)

    def _unfed(self, context: NetContext, use: Use) -> Diagnostic:
        message = f"the net has no data in this state: '{use.name}' is made in other states only"
        note = Note("the data layer that makes it", context.net.absent[use.name])
        return self.report(context, message, use.span, [note])

    def _explain(self, net: Net, use: Use) -> tuple[str, list[Note]]:
        if use.name in net.absent:
            return "which is made in other states only", [Note("made here", net.absent[use.name])]
        later = net.final_blobs.get(use.name)
        if later is not None:
            place = (
                "by the same layer" if later.layer is use.layer else f"further down, by '{later.layer.name}'"
            )
            return f"which is made only {place}", [Note("made here", later.span)]
        near = get_close_matches(use.name, net.final_blobs, n=1, cutoff=0.75)
        if near:
            blob = net.final_blobs[near[0]]
            return f"which no layer makes, did you mean '{near[0]}'?", [
                Note(f"'{near[0]}' is made here", blob.span)
            ]
        return "which no layer makes", []
