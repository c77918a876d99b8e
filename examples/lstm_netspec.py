"""Unrolls an LSTM over three time steps with NetSpec: `python lstm_netspec.py > lstm.prototxt`.

This needs no Caffe. Where there is one, pycaffe works alike: `import caffe` instead of the line below.
"""

import sys

import caffe_lint.netspec as caffe

L, P = caffe.layers, caffe.params

STEPS, BATCH, UNITS = 3, 10, 500
FEATURES = [128, 10, 10]

ZERO = {"type": "constant", "value": 0}
SMALL = {"type": "uniform", "min": -0.05, "max": 0.05}

# Layers that name a parameter alike share it: these three serve all steps.
INPUT_WEIGHT = {"name": "w_t0/Mxw", "lr_mult": 1, "decay_mult": 1}
INPUT_BIAS = {"name": "w_t0/Mxb", "lr_mult": 2, "decay_mult": 0}
STATE_WEIGHT = {"name": "w_t0/Mhw", "lr_mult": 1, "decay_mult": 1}


def unrolled_lstm():
    """A net of all steps; its output is the blob `H`, steps x batch x units."""
    net = caffe.NetSpec()
    net.h0, net.c0 = zero_state(), zero_state()
    net.X = L.DummyData(shape={"dim": [STEPS, BATCH, *FEATURES]})
    xs = L.Slice(net.X, ntop=STEPS, axis=0, slice_point=list(range(1, STEPS)), name="slice_X")
    h, c, hidden = net.h0, net.c0, []
    for step, x in enumerate(xs):
        h, c = lstm_step(net, f"t{step}/lstm/", x, (h, c))
        hidden.append(h)
    net.H = L.Concat(*hidden, axis=0, name="concat_h")
    return net


def zero_state():
    """A state to begin with, 1 x batch x units."""
    return L.DummyData(shape={"dim": [1, BATCH, UNITS]}, data_filler=ZERO)


def lstm_step(net, prefix, x, state):
    """Adds one time step and gives back its hidden state and its cell state."""

    def add(name, top):
        net[prefix + name] = top
        return top

    h, c = state
    from_x = add("Mx", gates_from(x, param=[INPUT_WEIGHT, INPUT_BIAS]))
    from_h = add("Mh", gates_from(h, param=STATE_WEIGHT, bias_term=False))
    gates = add("Mx+Mh", L.Eltwise(from_x, from_h, operation=P.Eltwise.SUM))
    ends = [UNITS, 2 * UNITS, 3 * UNITS]
    raw_i, raw_f, raw_o, raw_g = L.Slice(gates, ntop=4, axis=2, slice_point=ends, name=prefix + "slice")
    i = add("i", L.Sigmoid(raw_i, in_place=True))
    f = add("f", L.Sigmoid(raw_f, in_place=True))
    o = add("o", L.Sigmoid(raw_o, in_place=True))
    g = add("g", L.TanH(raw_g, in_place=True))
    kept = add("c_f", L.Eltwise(f, c, operation=P.Eltwise.PROD))
    written = add("c_i", L.Eltwise(i, g, operation=P.Eltwise.PROD))
    c = add("c", L.Eltwise(kept, written, operation=P.Eltwise.SUM))
    # In place it would overwrite c, and the next step needs c.
    act_c = add("act_c", L.TanH(c))
    return add("h", L.Eltwise(o, act_c, operation=P.Eltwise.PROD)), c


def gates_from(bottom, **fields):
    """Four gates a unit, out of all that lies behind time and batch."""
    return L.InnerProduct(
        bottom, num_output=4 * UNITS, axis=2, weight_filler=SMALL, bias_filler=ZERO, **fields
    )


if __name__ == "__main__":
    sys.stdout.write(str(unrolled_lstm().to_proto()))
