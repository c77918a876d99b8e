"""caffe-lint: finds what Caffe rejects, and what it accepts and silently computes wrongly."""

from pathlib import Path

__version__ = "0.1.0"

# In a checkout the rules lie beside the package, where contributors look for them; installed, inside it.
_CHECKOUT = Path(__file__).resolve().parent.parent
if (_CHECKOUT / "rules" / "__init__.py").is_file() and (_CHECKOUT / "pyproject.toml").is_file():
    __path__.append(str(_CHECKOUT))

from .net import Document, Layer, Net, NetState, load  # noqa: E402  the path comes first

__all__ = ["Document", "Layer", "Net", "NetState", "__version__", "load"]
