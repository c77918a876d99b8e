"""A filler that does not exist or cannot fill the blob.

Caffe aborts with "Unknown filler name: X" (names are case sensitive), "Blob must be 4 dim." (bilinear),
or a failed check of the filler's numbers.

Bad:
    weight_filler { type: "normal" std: 0.01 }

Good:
    weight_filler { type: "gaussian" std: 0.01 }
"""

from caffe_lint.lint import RejectionRule, Severity


class Filler(RejectionRule):
    code = "CL212"
    name = "filler"
    fixable = True
    foreign_severity = Severity.NOTE
