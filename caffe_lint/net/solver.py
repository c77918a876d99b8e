"""A solver file as Caffe reads it: which nets it trains and tests, its update rule, its learning rate."""

from ..schema import Block, Kind
from ..text import Field, Span

TRAIN_NETS = ("net", "net_param", "train_net", "train_net_param")
"""The fields that name a train net; exactly one of them must be there (solver.cpp, Solver::InitTrainNet)."""

POLICIES: dict[str, tuple[str, ...]] = {
    "fixed": (),
    "step": ("stepsize", "gamma"),
    "exp": ("gamma",),
    "inv": ("gamma", "power"),
    "multistep": ("stepvalue", "gamma"),
    "poly": ("max_iter", "power"),
    "sigmoid": ("stepsize", "gamma"),
}
"""The learning rate policies and what each reads beside `base_lr` (sgd_solver.cpp, GetLearningRate)."""

FORK_POLICIES = {"multifixed": "stagelr", "plateau": "plateau_winsize"}
"""Policies of forks, each with the field that a Caffe has if it has the policy."""

UPDATE_RULES: dict[str, tuple[str, ...]] = {
    "SGD": ("momentum",),
    "Nesterov": ("momentum",),
    "AdaGrad": ("delta",),
    "RMSProp": ("rms_decay", "delta"),
    "AdaDelta": ("momentum", "delta"),
    "Adam": ("momentum", "momentum2", "delta"),
}
"""The solver types and what each reads beside the learning rate (solvers/*.cpp, ComputeUpdateValue)."""


class Solver:
    """The settings of a solver file, with what Caffe makes of them."""

    def __init__(self, settings: Block) -> None:
        self.settings = settings

    @property
    def place(self) -> Span:
        """Where to point when something is missing: the name of the first setting."""
        message = self.settings.message
        return message.fields[0].name_span if message and message.fields else Span(0, 0)

    @property
    def train_nets(self) -> list[Field]:
        """The fields that specify a train net, in the order in which Caffe's message lists them."""
        return [field for name in TRAIN_NETS for field in self.settings.fields(name)]

    @property
    def test_nets(self) -> list[Field]:
        """The nets that are for tests only, in the order of their `test_iter` and `test_state`."""
        return [*self.settings.fields("test_net_param"), *self.settings.fields("test_net")]

    @property
    def has_generic_net(self) -> bool:
        """Whether the train net serves for tests too, once for each `test_iter` that is left for it."""
        return self.settings.has("net") or self.settings.has("net_param")

    @property
    def inline_nets(self) -> list[Block]:
        """The nets that stand in the solver file itself."""
        single = [self.settings.block(name) for name in ("net_param", "train_net_param")]
        return [block for block in single if block.message] + self.settings.blocks("test_net_param")

    @property
    def has_old_type(self) -> bool:
        """Whether the update rule is given by the old `solver_type` only."""
        return self.settings.has("solver_type") and not self.settings.has("type")

    @property
    def type(self) -> str:
        """The update rule by its name of today (upgrade_proto.cpp, UpgradeSolverType)."""
        if self.has_old_type:
            old = self.settings.enum("solver_type")
            return next((name for name in UPDATE_RULES if name.upper() == old), old)
        return self.settings.string("type")

    @property
    def policy(self) -> str:
        """The learning rate policy; empty if there is none."""
        return self.settings.string("lr_policy")

    @property
    def has_nan_rate(self) -> bool:
        """Whether the learning rate is no number: "poly" divides by `max_iter`, but x to the 0 is 1."""
        is_unlimited = self.settings.integer("max_iter") == 0
        return self.policy == "poly" and is_unlimited and self.has_effect("power")

    def first_zero_rate(self) -> int | None:
        """The first iteration whose learning rate is 0; None if there is none that can be told in advance.

        Source: sgd_solver.cpp, SGDSolver::GetLearningRate: with gamma 0, base_lr * 0^n is 0 after n = 0.
        """
        settings = self.settings
        if self.policy not in POLICIES or self.has_nan_rate:
            return None
        if settings.real("base_lr") == 0:
            return 0
        if settings.real("gamma") != 0:
            return None
        values = settings.integers("stepvalue")
        starts = {
            "exp": 1,
            "step": settings.integer("stepsize"),
            "multistep": values[0] if values else None,
        }
        first = starts.get(self.policy)
        last = settings.integer("max_iter")
        return None if first is None or first < 0 or 0 < last <= first else first

    def steps_taken(self) -> list[int]:
        """The iteration in which "multistep" takes each of its steps: in file order, one at a time."""
        taken: list[int] = []
        for value in self.settings.integers("stepvalue"):
            taken.append(max(value, taken[-1] + 1 if taken else 0))
        return taken

    def has_effect(self, name: str) -> bool:
        """Whether a setting differs from what Caffe assumes without it."""
        field_type = self.settings.field_type(name)
        if field_type.is_repeated or not self.settings.has(name):
            return self.settings.has(name)
        is_real = field_type.kind is Kind.FLOAT
        value = self.settings.real(name) if is_real else self.settings.integer(name)
        return value != field_type.default

    def span_of(self, name: str) -> Span:
        """Where a setting stands; the learning rate policy if it is not set, or else the first setting."""
        standing = [other for other in (name, "lr_policy") if self.settings.has(other)]
        return self.settings.span(standing[0]) if standing else self.place

    def describe(self, name: str) -> str:
        """How a scalar setting reads in a sentence: what it is set to, or that it is not set."""
        field = self.settings.field(name)
        return f"'{name}' is {field.value}" if field else f"'{name}' is not set"
