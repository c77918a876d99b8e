"""Answers questions about nets with the Caffe of the interpreter that runs this file (Python 2.7 or 3).

It reads one JSON object per line and writes one per line, in order; the first line written tells what runs
here, or why nothing can. Each question is answered in a forked child in an empty folder, because a failed
CHECK in Caffe aborts the process. Bytes travel as Latin-1 text, arrays as base64 of little-endian float32.
"""

# mypy: ignore-errors
# The reason: this must run on Python 2.7 too and speaks to pycaffe, so it can carry no annotations.

import base64
import glob
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import zlib
from collections import namedtuple

# Caffe logs through glog: "F1123 15:36:00.123456    42 net.cpp:100] Check failed: ..."
FATAL = re.compile(r"^F\d+ \S+\s+\d+ ([^\]\n]+:\d+\] .*(?:\n(?!\*\*\* Check failure|[IWEF]\d{4}).*)*)", re.M)
TEXT_FORMAT = re.compile(r"^\[libprotobuf ERROR [^\]]*\] (.*)$", re.M)
PYTHON_ERROR = re.compile(r"^\w+(?:Error|Exception)\b.*$", re.M)
PROGRESS = re.compile(r"^I\d+ \S+\s+\d+ \S+\] (Initializing net|Creating [Ll]ayer |Network init)(.*)$", re.M)
NEEDS_BACKWARD = re.compile(r"\] (.*) needs backward computation\.$", re.M)

LOGGING = {"GLOG_minloglevel": "0", "GLOG_logtostderr": "1"}
# With one thread sums come out the same in every run, and no thread is lost in a fork.
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

# A parameter blob with values of its own: name and type of its layer, and its index there.
Owner = namedtuple("Owner", "layer type index blob")


def main():
    """Greet, then answer until the questions end."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # From here on, whatever Caffe or a Python layer prints goes to stderr, not between the answers.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.dont_write_bytecode = True
    os.environ.update(LOGGING, **THREADS)
    greeting = greet()
    send(answers, greeting)
    if "failure" in greeting:
        return
    for line in iter(questions.readline, b""):
        send(answers, answer(json.loads(line.decode("ascii")), answers))


def send(stream, found):
    """Write one line of JSON."""
    stream.write(json.dumps(found).encode("ascii") + b"\n")
    stream.flush()


def greet():
    """Import Caffe: the versions of what runs here, or the kind of failure and its detail."""
    python = sys.version.split()[0]
    try:
        import caffe
    except Exception as error:
        kind = "broken" if not lacks_caffe(error) else "placeholder" if has_placeholder() else "missing"
        return {"python": python, "failure": kind, "detail": "%s: %s" % (type(error).__name__, error)}
    if not hasattr(caffe, "Net"):
        where = getattr(caffe, "__file__", None) or ", ".join(getattr(caffe, "__path__", ()))
        return {"python": python, "failure": "foreign", "detail": where}
    caffe.set_mode_cpu()
    return {"python": python, "caffe": getattr(caffe, "__version__", "unknown")}


def lacks_caffe(error):
    """Whether an import failed for want of `caffe` itself, not of something that it needs."""
    return isinstance(error, ImportError) and re.search("No module named '?caffe'?$", str(error)) is not None


def has_placeholder():
    """Whether the package named 'caffe' on PyPI is installed, which holds no module at all."""
    return any(glob.glob(os.path.join(folder, "[Cc]affe-*.dist-info")) for folder in sys.path)


def answer(question, answers):
    """Ask a child in a folder of its own, and say how it ended."""
    folder = tempfile.mkdtemp(prefix="caffe-lint-")
    try:
        with tempfile.TemporaryFile() as log, tempfile.TemporaryFile() as facts:
            child = os.fork()
            if child == 0:
                answers.close()  # or else our own death would go unnoticed while a child lives
                ask(question, folder, log, facts)
            status = os.waitpid(child, 0)[1]
            log.seek(0)
            facts.seek(0)
            return conclude(status, log.read().decode("utf-8", "replace"), facts.read().decode("ascii"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def ask(question, folder, log, facts):
    """What the child does: answer into `facts`, log into `log`, and end without any clean-up of Caffe's."""

    def report(**found):
        send(facts, found)

    ended = 1
    try:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        limit(question["seconds"], question["memory"])
        os.chdir(folder)
        try:
            OPERATIONS[question["operation"]](question, report)
        except BaseException as error:
            status = "memory" if isinstance(error, MemoryError) else "exception"
            report(status=status, error="%s: %s" % (type(error).__name__, error))
        ended = 0
    finally:
        os._exit(ended)


def limit(seconds, memory):
    """Let the kernel end this process after `seconds`, and refuse it more than `memory` bytes."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def write_files(files):
    """Write the files of a question below the present folder."""
    for path, text in files.items():
        folder = os.path.dirname(path)
        if os.path.isabs(path) or ".." in path.split("/"):
            raise ValueError("file '%s' lies outside the question's folder" % path)
        if folder and not os.path.isdir(folder):
            os.makedirs(folder)
        # A net that was built before may be reading the file, in a thread that prefetches: it always is whole.
        with open(path + ".new", "wb") as out:
            out.write(text.encode("latin-1"))
        os.rename(path + ".new", path)


def conclude(status, log, facts):
    """The answer: what the child reported before its end, and what its end and its log say."""
    found = {"status": "ok", "error": "", "built": False, "text_format_errors": TEXT_FORMAT.findall(log)}
    for line in facts.splitlines():
        found.update(json.loads(line))
    if os.WIFSIGNALED(status):
        found.update(crash(os.WTERMSIG(status), log))
    elif os.WEXITSTATUS(status):
        found.update(status="exception", error="exit %d: %s" % (os.WEXITSTATUS(status), log.strip()[-300:]))
    elif found["error"].startswith("SystemError") and PYTHON_ERROR.search(log):
        # A Python layer's own exception is printed; what reaches us is only that Boost found none set.
        found["error"] = PYTHON_ERROR.findall(log)[-1]
    if "moves" in found:
        found["log"] = log
    if "layers" in found:
        found["needs_backward"] = needs_backward(log)
    elif not found["built"]:
        found["progress"] = PROGRESS.findall(log)
    return found


def crash(number, log):
    """Status and error of a child that a signal ended; Caffe's own is SIGABRT, after a fatal line."""
    if number == signal.SIGALRM:
        return {"status": "timeout", "error": "no end within the time limit"}
    names = [name for name in dir(signal) if re.match("SIG[A-Z]", name) and getattr(signal, name) == number]
    fatal = FATAL.search(log)
    error = fatal.group(1).strip() if fatal else min(names)
    if re.search("host allocation of size|std::bad_alloc", error + log[-1000:]):
        return {"status": "memory", "error": error}
    return {"status": "fatal" if fatal else "signal", "error": error}


def needs_backward(log):
    """The layers that Net::Init says run backward, in run order; nets inside recurrent layers left out."""
    parts = log.split("Network initialization done.")
    return NEEDS_BACKWARD.findall(parts[-2])[::-1] if len(parts) > 1 else []


def build(net):
    """Construct a net in its state, with its files around it."""
    import caffe

    write_files(dict(net["files"], **{"net.prototxt": net["text"]}))
    phase = caffe.TRAIN if net["phase"] == "TRAIN" else caffe.TEST
    state = {}
    if net["level"] or net["stages"]:  # Caffe before 2016 knows neither
        state = {"level": net["level"], "stages": [str(stage) for stage in net["stages"]]}
    return caffe.Net("net.prototxt", phase, **state)


def load(question, report):
    """Construct a net and describe it."""
    net = build(question["net"])
    report(built=True)
    names = list(net._blob_names)
    layers, params = [], {}
    for index, (name, layer) in enumerate(zip(net._layer_names, net.layers)):
        bottoms = [names[blob] for blob in net._bottom_ids(index)]
        tops = [names[blob] for blob in net._top_ids(index)]
        layers.append({"name": name, "type": layer.type, "bottoms": bottoms, "tops": tops})
        shapes = [list(blob.shape) for blob in layer.blobs]
        if shapes:
            params[name] = shapes
    report(
        layers=layers,
        params=params,
        blobs=dict((name, list(blob.shape)) for name, blob in zip(names, net._blobs)),
        inputs=list(net.inputs),
        outputs=list(net.outputs),
        loss=dict((name, weight) for name, weight in zip(names, net._blob_loss_weights) if weight),
    )


def run(question, report):
    """Run a net and give its losses, chosen blobs and the gradients of its parameters."""
    net, inputs = prepare(question["net"], question["plan"])
    report(built=True)
    report(losses=passes(net, inputs, question["plan"]))
    names = net.outputs if question["blobs"] is None else question["blobs"]
    report(
        data=dict((name, pack(net.blobs[name], "data")) for name in names),
        diffs=dict((name, pack(net.blobs[name], "diff")) for name in names),
        gradients=[(owner.layer, owner.index, pack(owner.blob, "diff")) for owner in owners(net)],
    )


def save(question, report):
    """Give the .caffemodel that Caffe writes of a net."""
    net, _ = prepare(question["net"], question["plan"])
    report(built=True)
    net.save("saved.caffemodel")
    with open("saved.caffemodel", "rb") as saved:
        report(model=base64.b64encode(saved.read()).decode("ascii"))


def compare(question, report):
    """Run a net and a reference with the same feeds and weights, and measure how far they are apart."""
    plan = question["plan"]
    reference, others = prepare(question["reference"], plan)
    net, inputs = prepare(question["net"], plan)
    report(built=True)
    report(losses=passes(net, inputs, plan), reference_losses=passes(reference, others, plan))
    names = question["blobs"]
    if names is None:
        names = dict((name, name) for name in net.outputs if name in reference.blobs)
    pairs = [(name, net.blobs[name], reference.blobs[names[name]]) for name in names]
    report(
        data_differences=dict((name, difference(blob, other, "data")) for name, blob, other in pairs),
        diff_differences=dict((name, difference(blob, other, "diff")) for name, blob, other in pairs),
        gradient_differences=[
            (owner.layer, owner.index, difference(owner.blob, other.blob, "diff"))
            for owner, other in matched(net, reference, plan["weights"])
        ],
    )


def slopes(question, report):
    """Measure the loss's slope along a direction in each parameter, by Backward and by two Forwards."""
    plan = question["plan"]
    net, inputs = prepare(question["net"], plan)
    report(built=True)
    passes(net, inputs, dict(plan, passes=1, backward=True))
    # A BatchNorm's are statistics: nothing learns them, and no gradient is made.
    learned = [owner for owner in owners(net) if owner.type != "BatchNorm"]
    report(slopes=[(owner.layer, owner.index) + slope(net, owner.blob, inputs, plan) for owner in learned])


def slope(net, blob, inputs, plan):
    """The slope in one parameter: its gradient times a direction, and a central difference quotient."""
    kept = blob.data.copy()
    direction = noise(plan["seed"], "direction").uniform(-1, 1, kept.shape)
    backward = float((blob.diff * direction).sum())
    step = 0.01 * abs(kept).max() or 0.01
    losses = []
    for values in (kept + step * direction, kept - step * direction, kept):
        blob.data[...] = values
        feed(inputs)
        losses.append(forward(net, plan))
    return backward, (losses[0] - losses[1]) / (2 * float(step))


def solve(question, report):
    """Construct a solver with its nets, let it make steps, and measure how far they move each parameter."""
    import caffe

    write_files(dict(question["files"], **{"solver.prototxt": question["text"]}))
    solver = getattr(caffe, "get_solver", caffe.SGDSolver)("solver.prototxt")
    report(built=True)
    before = [(owner, owner.blob.data.copy()) for owner in owners(solver.net)]
    solver.solve() if question["steps"] is None else solver.step(question["steps"])
    moves = [(owner, abs(owner.blob.data - kept).max(), abs(kept).max()) for owner, kept in before]
    report(moves=[(owner.layer, owner.index, [float(far), float(size)]) for owner, far, size in moves])


OPERATIONS = {"load": load, "run": run, "save": save, "compare": compare, "slopes": slopes, "solve": solve}


def prepare(question, plan):
    """A net that is built, fed and filled with weights as the plan says, and its inputs."""
    import caffe

    caffe.set_random_seed(plan["seed"])
    net = build(question)
    text = question["text"].encode("latin-1")
    inputs = choose_inputs(net, plan, text)
    feed(inputs)
    if plan["weights"] != "fillers":
        fill(net, plan, frozen(text) if plan["weights"] == "trained" else {})
    if plan["model"]:
        net.copy_from(plan["model"])
    return net, inputs


def choose_inputs(net, plan, text):
    """(name, blob, values) of each input: the plan's, or uniform ones in (-1, 1), which are 0 as labels."""
    names = set(net.inputs) | set(plan["feeds"]) | set(unfilled(net, text))
    blobs = [(name, net.blobs[name]) for name in names if name in net.blobs and net.blobs[name].count]
    drawn = dict((name, noise(plan["seed"], name).uniform(-1, 1, blob.count)) for name, blob in blobs)
    return [(name, blob, plan["feeds"].get(name, drawn[name])) for name, blob in blobs]


def feed(inputs):
    """Give the inputs their values."""
    for _, blob, values in inputs:
        blob.data.reshape(-1)[...] = values


def unfilled(net, text):
    """The tops of DummyData layers without a filler, which Caffe fills with zeros."""
    if all(layer.type != "DummyData" for layer in net.layers):
        return []
    dummies = [layer for layer in layers_of(text) if layer.type == "DummyData"]
    return [top for layer in dummies if not layer.dummy_data_param.data_filler for top in layer.top]


def layers_of(text):
    """The layers of a net, as protobuf reads them."""
    from caffe.proto import caffe_pb2
    from google.protobuf import text_format

    return text_format.Merge(text, caffe_pb2.NetParameter()).layer


def frozen(text):
    """What training leaves alone, by layer and index: "values", or only their "sign"."""
    found = {}
    for layer in layers_of(text):
        factors = {"Scale": layer.scale_param, "PReLU": layer.prelu_param}.get(layer.type)
        # Without a filler they begin as 1 and as 0.25.
        if factors is not None and factors.filler.type == "constant":
            if factors.filler.value > 0 or not factors.HasField("filler"):
                found[layer.name, 0] = "sign"
        for index, param in enumerate(layer.param):
            if param.lr_mult == 0 and layer.type != "BatchNorm":  # its statistics are never learned, yet change
                found[layer.name, index] = "values"
    return found


def fill(net, plan, kept):
    """Give parameters random weights, which depend on the seed, their number or name, and their count."""
    for number, owner in enumerate(owners(net)):
        what = kept.get((owner.layer, owner.index))
        if what == "values":
            continue
        key = "%s %d" % (owner.layer, owner.index) if plan["weights"] == "name" else "param %d" % number
        # For a square matrix the deviation is 1 / sqrt(fan-in): activations keep their size.
        values = noise(plan["seed"], key).standard_normal(owner.blob.count) * owner.blob.count**-0.25
        if owner.type == "BatchNorm":  # a mean, a variance and their divisor
            values = abs(values) + 0.5
        if what == "sign":
            values = abs(values) + 0.1
        owner.blob.data.reshape(-1)[...] = values


def noise(seed, key):
    """A random source of its own for each key, so that nothing depends on the order of drawing."""
    import numpy

    return numpy.random.RandomState((seed + zlib.crc32(key.encode("utf-8"))) & 0xFFFFFFFF)


def owners(net):
    """The parameters that have values, shared ones once, in run order."""
    found, seen = [], set()
    for name, layer in zip(net._layer_names, net.layers):
        for index, blob in enumerate(layer.blobs):
            if blob.count and blob.data.ctypes.data not in seen:
                seen.add(blob.data.ctypes.data)
                found.append(Owner(name, layer.type, index, blob))
    return found


def matched(net, reference, weights):
    """Pairs of parameters in both nets that got the same weights."""
    if weights != "name":
        return zip(owners(net), owners(reference))
    others = dict(((other.layer, other.index), other) for other in owners(reference))
    mine = [owner for owner in owners(net) if (owner.layer, owner.index) in others]
    return [(owner, others[owner.layer, owner.index]) for owner in mine]


def passes(net, inputs, plan):
    """Run forward and backward as often as the plan says; the loss of each pass."""
    import numpy

    losses = []
    fed = [found for found in inputs if found[0] in net.inputs]
    for number in range(plan["passes"]):
        if plan["refeed"]:  # each of the values so many places further on
            feed([(name, blob, numpy.roll(values, number)) for name, blob, values in fed])
        for owner in owners(net) if number == 0 or not plan["accumulate"] else ():
            owner.blob.diff[...] = 0
        losses.append(forward(net, plan))
        if plan["backward"]:
            net._backward(len(net.layers) - 1, 0)
    return losses


def forward(net, plan):
    """One forward pass, with the same dropout masks every time; its loss."""
    import caffe

    caffe.set_random_seed(plan["seed"])
    return float(net._forward(0, len(net.layers) - 1))


def difference(blob, other, kind):
    """The largest distance of `data` or `diff`, and the largest value of `other`; None if counts differ."""
    if blob.count != other.count:
        return None
    if not blob.count:  # Caffe aborts when the values of an empty blob are asked for
        return [0.0, 0.0]
    mine, theirs = getattr(blob, kind).ravel(), getattr(other, kind).ravel()
    return [float(abs(mine - theirs).max()), float(abs(theirs).max())]


def pack(blob, kind):
    """The shape and the values of a blob's `data` or `diff`."""
    values = getattr(blob, kind).astype("<f4").tobytes() if blob.count else b""
    return [list(blob.shape), base64.b64encode(values).decode("ascii")]


if __name__ == "__main__":
    main()
