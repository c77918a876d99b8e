"""GRU, peephole LSTM and LSTM as their papers' equations say, for lists of Python's floats.

A matrix is a list of rows. x is a list over time of lists over sequences of vectors.
"""

from collections.abc import Callable, Mapping, Sequence
from math import exp, tanh

Vector = list[float]
Weights = Mapping[str, Sequence[Vector]]

Step = Callable[[Weights, Vector, tuple[Vector, Vector]], tuple[Vector, Vector]]


def sigmoid(values: Vector) -> Vector:
    return [1 / (1 + exp(-value)) for value in values]


def tangent(values: Vector) -> Vector:
    return [tanh(value) for value in values]


def product(matrix: Sequence[Vector], vector: Vector) -> Vector:
    return [sum(weight * value for weight, value in zip(row, vector, strict=True)) for row in matrix]


def add(*vectors: Vector) -> Vector:
    return [sum(values) for values in zip(*vectors, strict=True)]


def multiply(left: Vector, right: Vector) -> Vector:
    return [a * b for a, b in zip(left, right, strict=True)]


def gru(weights: Weights, x: Vector, state: tuple[Vector, Vector]) -> tuple[Vector, Vector]:
    """Cho et al. 2014, equations 5 to 8: z keeps the old state, r works on it before the product."""
    h, _ = state
    units = len(h)
    of_x = add(product(weights["Mxw"], x), weights["Mxb"][0])
    of_h = product(weights["Mhw"], h)
    r = sigmoid(add(of_x[:units], of_h[:units]))
    z = sigmoid(add(of_x[units : 2 * units], of_h[units:]))
    g = tangent(add(of_x[2 * units :], product(weights["Mgw"], multiply(r, h))))
    return [kept * old + (1 - kept) * new for kept, old, new in zip(z, h, g, strict=True)], []


def lstm(weights: Weights, x: Vector, state: tuple[Vector, Vector]) -> tuple[Vector, Vector]:
    """Gers and Schmidhuber 2000, with tanh for both squashings; peepholes where they have weights."""
    h, c = state
    units = len(h)
    none = [0.0] * units
    p_i, p_f, p_o = (weights[name][0] if name in weights else none for name in ("Pi", "Pf", "Po"))
    gates = add(product(weights["Mxw"], x), weights["Mxb"][0], product(weights["Mhw"], h))
    raw_i, raw_f, raw_o, raw_g = (gates[start : start + units] for start in range(0, 4 * units, units))
    i = sigmoid(add(raw_i, multiply(p_i, c)))
    f = sigmoid(add(raw_f, multiply(p_f, c)))
    c = add(multiply(f, c), multiply(i, tangent(raw_g)))
    o = sigmoid(add(raw_o, multiply(p_o, c)))
    return multiply(o, tangent(c)), c


def run(
    step: Step, weights: Weights, x: Sequence[Sequence[Vector]], cont: Sequence[Vector], units: int
) -> list[list[Vector]]:
    """The outputs of all steps; a marker 0 begins a sequence from zeros."""
    states = [([0.0] * units, [0.0] * units) for _ in x[0]]
    outputs = []
    for x_t, cont_t in zip(x, cont, strict=True):
        for number, (value, marker) in enumerate(zip(x_t, cont_t, strict=True)):
            h, c = states[number] if marker else ([0.0] * units, [0.0] * units)
            states[number] = step(weights, value, (h, c))
        outputs.append([h for h, _ in states])
    return outputs
