"""Asks real Caffe whether the in-place layers of a net compute what they say.

The reference is the same net in which every in-place layer has a top of its own. Aliases (Reshape, Flatten,
Split, ...) stay in it: what they share is harmed only by a layer that writes into its bottom, and none does
any more. Where an alias is wrong by itself (Flatten behind Reshape stops all gradients), both nets are alike.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import isfinite
from typing import Literal, NamedTuple

from caffe_lint.net import Blob, Net, NetState, load
from caffe_lint.peer import Comparison, Difference, NetText, Peer, Plan
from caffe_lint.text import Edit, apply_edits

NOTICEABLE = 1e-3
"""Values that differ by more than this part of the largest are not the same; float noise is far below."""

SMALL = 1e-2
"""Values below count as if they had this size: sums that cancel out, as behind MVN, leave noise of 1e-6."""

TINY = 1e-6
"""Reference values that all are smaller tell nothing, since float noise has this size."""

PASSES = 3

Kind = Literal["ok", "forward", "gradient", "crash", "rejected", "nothing"]


class Judgement(NamedTuple):
    """What real Caffe shows.

    `ok`: all numbers are those of the reference; `forward`, `gradient`: some are not; `crash`: the net does
    not get through what the reference gets through; `rejected`: it does not load; `nothing`: no conclusion.
    `detail` says whether in the first pass, which params, or why.
    """

    kind: Kind
    detail: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether something must be reported."""
        return self.kind in ("forward", "gradient", "crash")


class Reference(NamedTuple):
    """A net without in-place layers, and what each blob that nothing reads is called there."""

    text: bytes
    outputs: dict[str, str]


class Trial(NamedTuple):
    """A net and its reference before real Caffe; `outputs` maps names of the one to those of the other."""

    peer: Peer
    net: NetText
    reference: NetText
    outputs: dict[str, str]

    def judgement(self, plan: Plan) -> Judgement:
        """What the comparison by one plan shows."""
        found = self.peer.compare(self.net, self.reference, plan, blobs=self.outputs)
        return _judgement(found, plan) if found.ok else self._failure(plan, found)

    def judgement_of_inputs(self, plan: Plan, net: Net) -> Judgement | None:
        """What the gradients of the net's inputs show; None without a complaint.

        The diff of a blob after Backward is that of its first version, which has its name in the reference.
        """
        names = [blob.name for blob in net.blobs if blob.layer.type == "Input" and not blob.is_in_place]
        found = self.peer.compare(self.net, self.reference, plan, blobs={name: name for name in names})
        wrong = list(_wrong(found.diffs))
        return Judgement("gradient", ", ".join(wrong)) if wrong else None

    def _failure(self, plan: Plan, found: Comparison) -> Judgement:
        """Why a comparison ended early."""
        run = self.peer.run(self.net, plan, blobs=[])
        if not run.built:
            return Judgement("rejected", run.error)
        other = self.peer.run(self.reference, plan, blobs=[])
        if not other.ok or run.status in ("timeout", "memory"):
            return Judgement("nothing", f"the reference fails: {other.error or run.error}")
        forward = self.peer.run(self.net, replace(plan, backward=False), blobs=[])
        return Judgement("crash", f"{'backward' if forward.ok else 'forward'}: {run.error or found.error}")


def judge(peer: Peer, text: str, state: NetState, seed: int = 1) -> Judgement:
    """What real Caffe shows about the in-place layers of a net."""
    net = only_net(text, state)
    reference = without_in_place(text, net)
    if reference is None:
        return Judgement("rejected", "a blob has two producers")
    trial = Trial(peer, NetText(text, state), NetText(reference.text, state), reference.outputs)
    plan = plan_for(text, state, seed)
    judgement = trial.judgement(plan)
    if judgement.kind == "nothing" and plan.backward:
        # The reference may abort when a gradient is asked for (ArgMax), or be finite only untrained (Log).
        forward = trial.judgement(replace(plan, backward=False))
        judgement = forward if forward.is_wrong else trial.judgement(replace(plan, weights="fillers"))
    if not judgement.is_wrong and is_forced(text):
        judgement = trial.judgement_of_inputs(plan, net) or judgement
    if judgement.kind not in ("forward", "gradient"):
        return judgement
    is_at_once = trial.judgement(replace(plan, passes=1)).kind == judgement.kind
    return judgement._replace(detail=f"{'at once' if is_at_once else 'later'}: {judgement.detail}")


def judge_often(peer: Peer, text: str, state: NetState, seeds: Iterable[int]) -> Judgement:
    """The first judgement for some weights and inputs that finds something wrong, or one that does not."""
    judgement = Judgement("nothing", "not judged")
    for seed in seeds:
        latest = judge(peer, text, state, seed)
        if latest.is_wrong or latest.kind == "rejected":
            return latest
        if latest.kind == "ok" or judgement.kind == "nothing":
            judgement = latest
    return judgement


def plan_for(text: str, state: NetState, seed: int) -> Plan:
    """Three passes with fresh inputs; a TEST net is only trained backward if it says so.

    Backward of a TEST net is run by nobody but those who want the gradients of all inputs: force_backward.
    """
    backward = state.phase == "TRAIN" or is_forced(text)
    return Plan(seed, weights="trained", passes=PASSES, backward=backward, refeed=True)


def is_forced(text: str) -> bool:
    """Whether gradients of inputs are asked for."""
    return load(text.encode(), "BVLC/caffe").net_settings.boolean("force_backward")


def only_net(text: str, state: NetState) -> Net:
    """The net in one state."""
    (net,) = load(text.encode(), "BVLC/caffe").nets([state])
    return net


def without_in_place(text: str, net: Net) -> Reference | None:
    """The net with a fresh name for each version of a blob; None if a name has two producers.

    The names must be written as fields of their own, not as a list.
    """
    if any(blob.duplicate_of is not None for blob in net.blobs):
        return None
    names = {blob: _fresh_name(blob) for blob in net.blobs}
    uses = [("bottom", use.blob, use.span) for use in net.uses if use.blob is not None]
    places = [("top", blob, blob.span) for blob in net.blobs] + uses
    edits = [
        Edit(*place, f'{field}: "{names[blob]}"') for field, blob, place in places if names[blob] != blob.name
    ]
    outputs = {name: names[blob] for name, blob in net.final_blobs.items() if not blob.uses}
    return Reference(apply_edits(text.encode(), edits), outputs)


def _fresh_name(blob: Blob) -> str:
    number = len(list(blob.versions())) - 1
    return f"{blob.name}__{number}" if number else blob.name


def _judgement(found: Comparison, plan: Plan) -> Judgement:
    """What the numbers of one comparison say."""
    losses = [
        Difference(abs(loss - other), abs(other))
        for loss, other in zip(found.losses, found.reference_losses, strict=True)
    ]
    gradients = found.gradients if plan.backward else {}
    everything = [*losses, *found.data.values(), *gradients.values()]
    if not all(isfinite(difference.scale) for difference in everything):
        return Judgement("nothing", "the reference is not finite")
    if wrong := list(_wrong(found.data)):
        return Judgement("forward", ", ".join(wrong))
    if wrong := list(_wrong({str(number): far for number, far in enumerate(losses, 1)})):
        return Judgement("forward", f"loss of pass {', '.join(wrong)}")
    if wrong := list(_wrong({f"{param.layer}[{param.index}]": far for param, far in gradients.items()})):
        return Judgement("gradient", ", ".join(wrong))
    if gradients and all(far.scale < TINY for far in gradients.values()) and any(found.reference_losses):
        return Judgement("nothing", "all gradients of the reference are zero")
    return Judgement("ok")


def _wrong(differences: Mapping[str, Difference]) -> Iterator[str]:
    for name, far in differences.items():
        if not far.distance <= NOTICEABLE * (SMALL + far.scale):
            yield f"{name} {far.distance / (SMALL + far.scale):.2g}"
