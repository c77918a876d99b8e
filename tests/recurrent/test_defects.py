"""Each kind of defect in a random step of a random LSTM is found where it stands, and nothing else is."""

from random import Random

import pytest

from caffe_lint.layers import infer_shapes
from caffe_lint.lint import lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import NetState, load
from caffe_lint.peer import Peer
from caffe_lint.recurrent import Defect, find_defects, find_unrolls
from tests.recurrent.lstm_text import Form, Lstm, Part, line_in, write

SEEDS = range(6)


def random_lstm(seed: int, *, least_steps: int = 3) -> Lstm:
    random = Random(seed)
    form = Form(
        steps=random.randint(least_steps, 12),
        hidden=random.randint(2, 50),
        gates="".join(random.sample("ifog", 4)),
        has_markers=random.random() < 0.5,
        in_place=random.random() < 0.5,
    )
    return Lstm(random, form)


def defects(text: str) -> list[Defect]:
    (net,) = load(text.encode(), "bvlc").nets([NetState("TRAIN")])
    (unroll,) = find_unrolls(net)
    return list(find_defects([unroll], lambda resized: infer_shapes(net, resized).shape))


def only_defect(text: str) -> tuple[Defect, int]:
    """The defect and its line; a run of all rules reports it and nothing else."""
    document = load(text.encode(), "bvlc")
    (defect,) = defects(text)
    (finding,) = lint(document, all_rules()).diagnostics
    assert (finding.name, finding.message, finding.span) == (defect.kind, defect.message, defect.span)
    return defect, document.source.position(defect.span.start).line


def replace_line(lstm: Lstm, key: str, old: str, new: str) -> None:
    lines = lstm.parts[key].lines
    lines[lines.index(old)] = new


def overwrite_cell(lstm: Lstm, step: int) -> None:
    """Let TanH work in place on the cell state, so that the next step reads tanh(c)."""
    for key in (f"cell_tanh {step}", f"hidden {step}"):
        lstm.parts[key].rename(f"tc{step}", f"c{step}")


# --- weights that are not shared


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("role", "param", "index", "what"),
    [("h_product", "wh", 0, "weights"), ("x_product", "wx", 0, "weights"), ("x_product", "bias", 1, "bias")],
)
def test_a_step_with_weights_of_its_own(seed: int, role: str, param: str, index: int, what: str) -> None:
    lstm = random_lstm(seed)
    step = lstm.random.randrange(lstm.form.steps)
    replace_line(lstm, f"{role} {step}", f'param {{ name: "{param}" }}', 'param { name: "odd" }')
    text = lstm.text()
    defect, line = only_defect(text)
    layer = lstm.names[f"{role} {step}"]
    assert defect.kind == "unshared-weights"
    assert defect.message == (
        f"step {step} learns {what} of its own: param {index} of '{layer}' is named 'odd', "
        f"the other {lstm.form.steps - 1} steps share '{param}'"
    )
    assert line == line_in(text, layer, '"odd"')
    (note,) = defect.notes
    assert text[slice(*note.span)] == f'name: "{param}"'


@pytest.mark.parametrize("seed", SEEDS)
def test_a_step_without_the_name(seed: int) -> None:
    lstm = random_lstm(seed)
    step = lstm.random.randrange(lstm.form.steps)
    replace_line(lstm, f"h_product {step}", 'param { name: "wh" }', "param { lr_mult: 1 }")
    text = lstm.text()
    defect, line = only_defect(text)
    layer = lstm.names[f"h_product {step}"]
    assert defect.message.startswith(
        f"step {step} learns weights of its own: param 0 of '{layer}' has no name"
    )
    assert line == line_in(text, layer, "param")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_step_without_the_entry(seed: int) -> None:
    lstm = random_lstm(seed)
    step = lstm.random.randrange(lstm.form.steps)
    lstm.parts[f"x_product {step}"].lines.remove('param { name: "bias" }')
    text = lstm.text()
    defect, line = only_defect(text)
    layer = lstm.names[f"x_product {step}"]
    assert defect.message.startswith(f"step {step} learns bias of its own: param 1 of '{layer}' has no name")
    assert line == line_in(text, layer, "name")


def test_several_steps_with_weights_of_their_own() -> None:
    lstm = Lstm(Random(1), Form(steps=7))
    for step in (0, 4):
        replace_line(lstm, f"h_product {step}", 'param { name: "wh" }', f'param {{ name: "own{step}" }}')
    found = defects(lstm.text())
    assert [defect.message.partition(":")[0] for defect in found] == [
        "step 0 learns weights of its own",
        "step 4 learns weights of its own",
    ]
    assert all(defect.message.endswith("5 other steps share 'wh'") for defect in found)


@pytest.mark.parametrize("is_in_sequence", [False, True])
def test_weights_that_change_half_way_through_one_sequence(is_in_sequence: bool) -> None:
    lstm = Lstm(Random(1), Form(steps=4, in_sequence=is_in_sequence))
    for step in (2, 3):
        replace_line(lstm, f"h_product {step}", 'param { name: "wh" }', 'param { name: "later" }')
        if not is_in_sequence:
            replace_line(lstm, f"x_product {step}", 'param { name: "wx" }', 'param { name: "later x" }')
    found = defects(lstm.text())
    assert len(found) == (2 if is_in_sequence else 4)
    assert {defect.kind for defect in found} == {"unshared-weights"}


@pytest.mark.parametrize("line", ["param { lr_mult: 1 }", 'param { name: "own%d" }'])
def test_no_step_shares_its_weights(line: str) -> None:
    lstm = Lstm(Random(2), Form(steps=3))
    for step in range(3):
        own = line.replace("%d", str(step))
        replace_line(lstm, f"h_product {step}", 'param { name: "wh" }', own)
    text = lstm.text()
    defect, found = only_defect(text)
    layer = lstm.names["h_product 0"]
    assert defect.message == (
        f"each of the 3 steps learns weights of its own: give param 0 of '{layer}' "
        "and of its copies in the other steps one name"
    )
    assert found == line_in(text, layer, "param")
    assert [note.message for note in defect.notes] == [
        f"its copy '{lstm.names[f'h_product {step}']}'" for step in (1, 2)
    ]


def test_two_steps_of_which_the_second_differs() -> None:
    lstm = Lstm(Random(3), Form(steps=2))
    replace_line(lstm, "h_product 1", 'param { name: "wh" }', 'param { name: "hw" }')
    text = lstm.text()
    defect, line = only_defect(text)
    assert defect.message.endswith(" is named 'hw', the step before uses 'wh'")
    assert line == line_in(text, lstm.names["h_product 1"], '"hw"')


# --- a cell state that is overwritten


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cell_state_that_is_overwritten(seed: int) -> None:
    lstm = random_lstm(seed)
    step = lstm.random.randrange(lstm.form.steps - 1)
    overwrite_cell(lstm, step)
    text = lstm.text()
    defect, line = only_defect(text)
    layer = lstm.names[f"cell_tanh {step}"]
    assert defect.kind == "cell-state-overwritten"
    assert defect.message.startswith(f"TanH '{layer}' works in place on the cell state '")
    assert defect.message.endswith(
        f"' in step {step}: the next step goes on from the output of TanH instead of c; "
        "give the layer a top of its own"
    )
    assert line == line_in(text, layer, "top:")
    made, read = defect.notes
    assert made.message == "the cell state is made here"
    assert read.message == f"step {step + 1} reads the overwritten value here"
    assert text.count("\n", 0, made.span.start) + 1 == line_in(text, lstm.names[f"cell {step}"], "top:")


def test_all_cell_states_are_overwritten() -> None:
    lstm = Lstm(Random(4), Form(steps=5))
    for step in range(5):
        overwrite_cell(lstm, step)
    text = lstm.text()
    defect, line = only_defect(text)
    # Nothing reads the cell state behind the last step.
    assert " in 4 of 5 steps: " in defect.message
    assert line == line_in(text, lstm.names["cell_tanh 0"], "top:")
    assert [note.message for note in defect.notes[2:]] == [f"the same in step {step}" for step in (1, 2, 3)]


def test_the_last_cell_state_may_be_overwritten() -> None:
    lstm = Lstm(Random(5), Form(steps=3))
    overwrite_cell(lstm, 2)
    assert defects(lstm.text()) == []


# --- gates that are not cut evenly


@pytest.mark.parametrize("seed", SEEDS)
def test_a_slice_point_that_is_moved(seed: int) -> None:
    lstm = random_lstm(seed)
    step, number = lstm.random.randrange(lstm.form.steps), lstm.random.choice([1, 2, 3])
    size = lstm.form.hidden
    moved = number * size + lstm.random.choice([-1, 1])
    replace_line(lstm, f"gate_slice {step}", f"slice_point: {number * size}", f"slice_point: {moved}")
    points = [moved if at == number else at * size for at in (1, 2, 3)]
    text = lstm.text()
    defect, line = only_defect(text)
    assert defect.kind == "uneven-gates"
    widths = [points[0], points[1] - points[0], points[2] - points[1], 4 * size - points[2]]
    cuts, parts = (", ".join(map(str, numbers)) for numbers in (points, widths))
    assert defect.message == (
        f"the gates of step {step} are cut at {cuts} into {parts} of {4 * size} units: "
        f"gates of {size} units need slice points {size}, {2 * size}, {3 * size}"
    )
    assert line == line_in(text, lstm.names[f"gate_slice {step}"], f"slice_point: {moved}\n")


def test_slice_points_that_are_moved_in_all_steps() -> None:
    lstm = Lstm(Random(6), Form(steps=4, hidden=10))
    for step in range(4):
        replace_line(lstm, f"gate_slice {step}", "slice_point: 20", "slice_point: 21")
    defect, _ = only_defect(lstm.text())
    assert defect.message.startswith(
        "the gates of step 0 are cut at 10, 21, 30 into 10, 11, 9, 10 of 40 units"
    )
    assert [note.message for note in defect.notes] == [f"the same in step {step}" for step in (1, 2, 3)]


def test_a_slice_without_points_cuts_evenly() -> None:
    lstm = Lstm(Random(7), Form(steps=3))
    for number in (4, 8, 12):
        lstm.parts["gate_slice 1"].lines.remove(f"slice_point: {number}")
    assert defects(lstm.text()) == []


# --- axes


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("role", ["h_product", "x_product", "gate_slice"])
def test_a_layer_along_another_axis(seed: int, role: str) -> None:
    lstm = random_lstm(seed)
    step = lstm.random.randrange(lstm.form.steps)
    replace_line(lstm, f"{role} {step}", "axis: 2", "axis: 1")
    text = lstm.text()
    defect, line = only_defect(text)
    layer = lstm.names[f"{role} {step}"]
    layer_type = "Slice" if role == "gate_slice" else "InnerProduct"
    assert defect.kind == "axis-against-time"
    assert defect.message == (
        f"{layer_type} '{layer}' works along axis 1 in step {step}, its neighbours work along axis 2, "
        "which holds the features: blobs here are steps x batch x features"
    )
    assert line == line_in(text, layer, "axis: 1")


@pytest.mark.parametrize("role", ["h_product", "gate_slice"])
def test_a_layer_along_its_default_axis(role: str) -> None:
    lstm = Lstm(Random(8), Form(steps=4))
    lstm.parts[f"{role} 2"].lines.remove("axis: 2")
    text = lstm.text()
    defect, line = only_defect(text)
    assert " works along axis 1 in step 2, " in defect.message
    assert line == line_in(text, lstm.names[f"{role} 2"], "_param {")


# --- everything at once, and nothing


# --- what is read of other steps


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("steps", [3, 4, 7])
def test_the_gates_of_the_step_before(seed: int, steps: int) -> None:
    random = Random(seed)
    lstm = Lstm(random, Form(steps=steps, has_markers=random.random() < 0.5))
    step = random.randint(1, steps - 1)
    lstm.parts[f"gate_slice {step}"].rename(f"sum{step}", f"sum{step - 1}")
    text = lstm.text()
    defect, line = only_defect(text)
    assert defect.kind == "state-wiring"
    assert defect.message.startswith(f"step {step} reads the Eltwise 'gate_sum' of the step before, ")
    assert line == line_in(text, lstm.names[f"gate_slice {step}"], "bottom")


@pytest.mark.parametrize("seed", SEEDS)
def test_an_output_that_the_next_step_changes_in_place(seed: int) -> None:
    random = Random(seed)
    lstm = Lstm(random, Form(steps=random.randint(3, 9), has_markers=True))
    step = random.randint(1, lstm.form.steps - 1)
    for role in ("marked_h", "h_product"):
        lstm.parts[f"{role} {step}"].rename(f"hm{step}", f"h{step - 1}")
    text = lstm.text()
    defect, line = only_defect(text)
    names = lstm.names[f"marked_h {step}"], lstm.names["concat"]
    assert defect.kind == "step-out-of-line"
    assert defect.message == (
        f"'{names[0]}' works in place on the output of step {step - 1}, which '{names[1]}' joins"
    )
    assert line == line_in(text, names[0], "top")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("behind", "is_found"), [(1, False), (2, True), (3, False)])
def test_the_only_output_that_is_used(behind: int, is_found: bool, seed: int) -> None:
    """An output further back may be meant: whoever reads the last but one has most likely miscounted."""
    random = Random(seed)
    lstm = Lstm(random, Form(steps=random.randint(3, 9)))
    steps = lstm.form.steps
    lstm.parts["concat"] = Part("ReLU", [f"h{steps - behind}"], ["H"])
    text = lstm.text()
    if not is_found:
        assert defects(text) == []
        return
    defect, line = only_defect(text)
    assert defect.kind == "left-out-step"
    name = lstm.names["concat"]
    told = f"'{name}' reads the output of step {steps - 2}, and nothing that of the last, {steps - 1}"
    assert defect.message == told
    assert line == line_in(text, name, "bottom")


@pytest.mark.parametrize(
    ("joined", "message"),
    [
        ("m0 m1 m2 m3 m4", None),
        ("m1 m0 m2 m3 m4", "joins the outputs out of order: step 1 stands where step 0 belongs"),
        ("m0 m1 m1 m3 m4", "joins the output of step 1 twice and leaves out step 2"),
    ],
)
def test_the_sums_of_two_directions_are_outputs(joined: str, message: str | None) -> None:
    random, parts = Random(5), {}
    for way in "fb":
        for key, part in Lstm(random, Form(steps=5), way).parts.items():
            if key != "concat":
                bottoms, tops = ([way + blob for blob in side] for side in (part.bottoms, part.tops))
                parts[f"{way} {key}"] = Part(part.type, bottoms, tops, part.lines)
    for step in range(5):
        parts[f"sum {step}"] = Part("Eltwise", [f"fh{step}", f"bh{4 - step}"], [f"m{step}"])
    parts["all"] = Part("Concat", joined.split(), ["H"], ["concat_param { axis: 0 }"])
    findings = lint(load(write(random, parts).encode(), "bvlc"), all_rules()).diagnostics
    assert [finding.message for finding in findings] == ([f"'all' {message}"] if message else [])


def test_four_defects_are_four_findings() -> None:
    lstm = Lstm(Random(9), Form(steps=6, hidden=10))
    replace_line(lstm, "h_product 1", 'param { name: "wh" }', 'param { name: "odd" }')
    overwrite_cell(lstm, 2)
    replace_line(lstm, "gate_slice 3", "slice_point: 20", "slice_point: 19")
    replace_line(lstm, "x_product 4", "axis: 2", "axis: 1")
    text = lstm.text()
    kinds = ["axis-against-time", "cell-state-overwritten", "uneven-gates", "unshared-weights"]
    assert sorted(defect.kind for defect in defects(text)) == kinds
    report = lint(load(text.encode(), "bvlc"), all_rules())
    assert sorted(finding.name for finding in report.diagnostics) == kinds


@pytest.mark.parametrize("seed", SEEDS)
def test_sound_nets_have_no_findings(seed: int) -> None:
    text = random_lstm(seed, least_steps=2).text()
    assert lint(load(text.encode(), "bvlc"), all_rules()).diagnostics == ()


@pytest.mark.caffe
def test_real_caffe_takes_what_is_sound_and_what_is_wrong_in_silence(real_caffe: Peer) -> None:
    sound, overwritten, unshared = (random_lstm(seed) for seed in (1, 2, 3))
    overwrite_cell(overwritten, 1)
    replace_line(unshared, "h_product 1", 'param { name: "wh" }', 'param { name: "odd" }')
    for lstm in (sound, overwritten, unshared):
        verdict = real_caffe.load(lstm.text())
        assert verdict.accepted, verdict.error


@pytest.mark.caffe
@pytest.mark.parametrize(
    ("key", "old", "new"),
    [("gate_slice 1", "slice_point: 4", "slice_point: 5"), ("h_product 1", "axis: 2", "axis: 1")],
)
def test_real_caffe_refuses_uneven_gates_and_odd_axes(key: str, old: str, new: str, real_caffe: Peer) -> None:
    lstm = Lstm(Random(1), Form())
    replace_line(lstm, key, old, new)
    assert not real_caffe.load(lstm.text()).accepted
