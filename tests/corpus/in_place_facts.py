"""Nets with in-place layers of which it was measured whether real Caffe computes them rightly."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NotRequired, TypedDict


class Case(NamedTuple):
    """A net, which is judged in TRAIN, and the layers whose overwriting is wrong; none of a right one.

    Where a net is wrong and `layers` is empty, it is not said which layer it is.
    """

    name: str
    text: str
    is_wrong: bool
    layers: tuple[str, ...]


class _Truth(TypedDict):
    path: str
    verdict: str


class _Pattern(TypedDict):
    id: str
    category: str
    prototxt: str
    wrong: str
    inplace_layers: list[str]


class _Experiment(TypedDict):
    config: str
    params: str
    bottom_shapes: list[list[int]]


class _Record(TypedDict):
    type: str
    experiments: NotRequired[list[_Experiment]]
    in_place_layer_placed_after: NotRequired[dict[str, dict[str, str]]]


FOLLOWERS = {
    "BatchNorm": ("BatchNorm", ""),
    "Scale_pos": ("Scale", "scale_param { filler { value: 1.5 } }"),
    "Power_0": ("Power", "power_param { power: 0 }"),
}
"""Followers in the matrix that are not a configuration of their own."""


def truths(folder: Path) -> Iterator[Case]:
    """Probes of one question each; without those that Caffe rejects."""
    found: dict[str, _Truth] = json.loads((folder / "facts" / "inplace_truth.json").read_text())
    for name, truth in found.items():
        if "rejected" not in truth["verdict"]:
            yield Case(name, (folder / truth["path"]).read_text(), truth["verdict"] != "safe", ())


def patterns(folder: Path) -> Iterator[Case]:
    """Small nets for each kind of mistake, and controls; without those that abort at load.

    An input that nobody fills again is wrong only in the hands of some users.
    """
    for line in (folder / "facts" / "silent_patterns.jsonl").read_text().splitlines():
        pattern: _Pattern = json.loads(line)
        if pattern["id"] in ("spp_ip", "input_not_refed_then_ip"):
            continue
        if pattern["category"] in ("A", "B", "C", "D", "E"):
            yield Case(pattern["id"], pattern["prototxt"], True, tuple(pattern["inplace_layers"]))
        elif pattern["category"] == "ok":
            yield Case(pattern["id"], pattern["prototxt"], False, ())


def matrix(folder: Path) -> Iterator[Case]:
    """Every layer of the matrix, out of place or in place, with every follower in place behind it."""
    records: list[_Record] = json.loads((folder / "facts" / "layers.json").read_text())["records"]
    experiments = {
        experiment["config"]: (record["type"], experiment)
        for record in records
        for experiment in record.get("experiments", [])
        if isinstance(experiment, dict) and "config" in experiment
    }
    types = {config: (kind, found["params"]) for config, (kind, found) in experiments.items()} | FOLLOWERS
    for record in records:
        for producer, row in record.get("in_place_layer_placed_after", {}).items():
            kind, experiment = experiments[producer.partition("/")[0]]
            for follower, verdict in row.items():
                text = _cell(producer, kind, experiment, follower, types[follower])
                is_wrong = verdict != "ok"
                yield Case(f"{producer} then {follower}", text, is_wrong, ("b",) if is_wrong else ())


def _cell(producer: str, kind: str, experiment: _Experiment, follower: str, written: tuple[str, str]) -> str:
    """A learned layer, the producer, the follower in place on its top, a learned layer and a loss."""
    bottoms = ["c", "d"][: len(experiment["bottom_shapes"])]
    phases = [" phase: TEST" if name.startswith("Dropout_TEST") else "" for name in (producer, follower)]
    top = "c" if producer.endswith("/inplace") else "p"
    named = " ".join(f'bottom: "{name}"' for name in bottoms)
    positive = 'layer { name: "n" type: "Exp" bottom: "c0" top: "c" }'
    shifted = 'layer { name: "n" type: "Bias" bottom: "c0" top: "c" bias_param { filler { value: 0.1 } } }'
    return f"""layer {{ name: "x" type: "Input" top: "x" input_param {{ shape {{ dim: [2, 3, 4, 5] }} }} }}
layer {{ name: "t" type: "Input" top: "t" input_param {{ shape {{ dim: 2 dim: 2 }} }} }}
{_convolution("c0")}{_convolution("d") if len(bottoms) > 1 else ""}
{positive if producer == "Power_p1.5_shift" else shifted}
layer {{ name: "a" type: "{kind}" {named} top: "{top}" {experiment["params"]}{phases[0]} }}
layer {{ name: "b" type: "{written[0]}" bottom: "{top}" top: "{top}" {written[1]}{phases[1]} }}
layer {{ name: "fc" type: "InnerProduct" bottom: "{top}" top: "fc" inner_product_param {{ num_output: 2
  weight_filler {{ type: "gaussian" std: 0.5 }} }} }}
layer {{ name: "loss" type: "EuclideanLoss" bottom: "fc" bottom: "t" top: "loss" }}
"""


def _convolution(name: str) -> str:
    return (
        f'layer {{ name: "{name}" type: "Convolution" bottom: "x" top: "{name}" convolution_param {{ '
        'num_output: 3 kernel_size: 1 weight_filler { type: "gaussian" std: 0.5 } } }\n'
    )
