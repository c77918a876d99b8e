"""Whose Caffe a file is for: what it uses says it, or the user does."""

import pytest

from caffe_lint.schema import dialect_named, infer, load_schema
from caffe_lint.text import parse


def inferred(text: str, root_type: str = "NetParameter") -> tuple[str, ...]:
    return infer(parse(text.encode()).root, root_type)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'layer { type: "ReLU" }',
        "layer { type: 'Convolution' convolution_param { pad: [1, 2] engine: CUDNN } }",
        "layers { type: CONVOLUTION }",
        'layer { type: "Nobody" nobody_param { x: 1 } } name: 5',
    ],
)
def test_what_bvlc_knows_is_bvlcs_alone(text: str) -> None:
    assert inferred(text) == ("BVLC/caffe",)


@pytest.mark.parametrize(
    "text",
    [
        "layer { permute_param { order: 0 } }",
        'layer { type: "Permute" }',
        "layer: [{ permute_param { order: 0 } }]",
    ],
)
def test_all_that_know_everything_are_named_the_smallest_schema_first(text: str) -> None:
    repos = inferred(text)
    assert repos[0] == "weiliu89/caffe"
    assert "BVLC/caffe" not in repos
    assert list(repos) == [repo for repo in load_schema().repositories if repo in repos]


@pytest.mark.parametrize(
    ("text", "repos"),
    [
        ("layer { pooling_param { engine: MKL2017 } }", ("intel/caffe",)),
        ("layers { type: DUMMY_DATA }", ("BVLC/caffe",)),
        ("layers { type: 35 }", ("BVLC/caffe",)),
    ],
)
def test_enum_values_tell_too(text: str, repos: tuple[str, ...]) -> None:
    assert inferred(text) == repos


def test_what_no_single_one_knows_takes_a_small_set() -> None:
    repos = inferred('layers { multi_stage_meanfield_param { } } layer { type: "Permute" }')
    assert repos == ("weiliu89/caffe", "torrvision/crfasrnn")
    view = load_schema().view(repos)
    assert view.message("V1LayerParameter").field("multi_stage_meanfield_param")
    assert "Permute" in view.layer_types


def test_other_roots() -> None:
    assert inferred("base_lr: 0.1", "SolverParameter") == ("BVLC/caffe",)
    assert inferred("item { label: 1 }", "LabelMap")[0] == "weiliu89/caffe"


@pytest.mark.parametrize(
    ("name", "repo"),
    [
        ("bvlc", "BVLC/caffe"),
        ("BVLC/Caffe", "BVLC/caffe"),
        ("nvidia", "NVIDIA/caffe"),
        ("WeiLiu89/caffe", "weiliu89/caffe"),
        ("MobileNet-YOLO", "eric612/MobileNet-YOLO"),
        ("bvlc/caffe@opencl-intel-or-older", "BVLC/caffe@opencl-intel-or-older"),
    ],
)
def test_dialects_have_names(name: str, repo: str) -> None:
    assert dialect_named(name) == (repo,)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nvida", r"no Caffe called 'nvida' is known, did you mean 'NVIDIA/caffe'\?"),
        (
            "apollocaffe",
            "dialect 'apollocaffe' may be any of LihangLiu93/apollocaffe, mahyarkoy/apollocaffe, NoListen",
        ),
        ("zzz", "no Caffe called 'zzz' is known, known are BVLC/caffe, junhyukoh/caffe-lstm, "),
    ],
)
def test_a_name_that_is_not_one_repositorys_is_an_error(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dialect_named(name)
