"""caffe-lint: finds what Caffe rejects, and what it accepts and silently computes wrongly."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .net import Document, Layer, Net, NetState, load

__version__ = "0.1.0"

# In a checkout the rules lie beside the package, where contributors look for them; installed, inside it.
_CHECKOUT = Path(__file__).resolve().parent.parent
if (_CHECKOUT / "rules" / "__init__.py").is_file() and (_CHECKOUT / "pyproject.toml").is_file():
    __path__.append(str(_CHECKOUT))

__all__ = ["Document", "Layer", "Net", "NetState", "__version__", "load"]


def __getattr__(name: str) -> object:
    """What `__all__` names, imported when it is asked for: the command has to be up before anything else."""
    if name not in __all__:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from . import net

    return getattr(net, name)
