"""The output of a time step is left out, taken twice, or stands where that of another belongs.

The Concat makes one sequence of the outputs h of the steps. Caffe joins whatever it is given: with a step
twice in the place of another the shape is right, and the output of that time is that of another; with a step
left out the sequence is shorter than the labels and markers that belong to it. Where only one output is used,
the last, whoever reads the one before it leaves the last step out.

Bad:
    layer { name: "H" type: "Concat" bottom: "h0" bottom: "h1" bottom: "h1" bottom: "h3" top: "H" }

Good:
    layer { name: "H" type: "Concat" bottom: "h0" bottom: "h1" bottom: "h2" bottom: "h3" top: "H" }
"""

from caffe_lint.lint import RecurrentRule


class LeftOutStep(RecurrentRule):
    code = "CL510"
    name = "left-out-step"
