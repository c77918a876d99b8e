"""`python -m caffe_lint`."""

from .cli import run

run()
