"""Whatever a message holds, it prints as protobuf's own classes print it."""

from hypothesis import given
from hypothesis import strategies as st

from caffe_lint.netspec import Message
from caffe_lint.schema import load_schema
from caffe_lint.schema.descriptors import message_class

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def printed_by_protobuf(type_name: str, **fields: object) -> str:
    return str(message_class(type_name, load_schema())(**fields))


@given(st.lists(st.floats() | st.floats(width=32) | st.integers(-(2**70), 2**70)))
def test_floats(values: list[float]) -> None:
    ours = Message("LayerParameter", {"loss_weight": values})
    assert str(ours) == printed_by_protobuf("LayerParameter", loss_weight=map(float, values))


@given(st.lists(st.floats()))
def test_doubles(values: list[float]) -> None:
    assert str(Message("BlobProto", {"double_data": values})) == printed_by_protobuf(
        "BlobProto", double_data=values
    )


@given(TEXTS, st.lists(TEXTS))
def test_strings(name: str, bottoms: list[str]) -> None:
    ours = Message("LayerParameter", {"bottom": bottoms, "name": name})
    assert str(ours) == printed_by_protobuf("LayerParameter", bottom=bottoms, name=name)


@given(st.integers(-(2**63), 2**63 - 1), st.booleans(), st.sampled_from(["TRAIN", "TEST"]))
def test_integers_booleans_and_enums(dim: int, is_on: bool, phase: str) -> None:
    fields = {"input_shape": [{"dim": [dim]}], "force_backward": is_on, "state": {"phase": phase}}
    assert str(Message("NetParameter", fields)) == printed_by_protobuf("NetParameter", **fields)


def test_fields_of_other_caffes_come_last() -> None:
    fields = {"transform_param": {"scale": 2}, "norm_param": {"eps": 1}, "name": "n"}
    ours = Message("LayerParameter", fields)
    assert str(ours) == printed_by_protobuf("LayerParameter", **fields)
    assert [line for line in str(ours).splitlines() if not line.startswith((" ", "}"))] == [
        'name: "n"',
        "transform_param {",
        "norm_param {",
    ]
