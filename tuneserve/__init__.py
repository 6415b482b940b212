"""Tune a small language model for one job, serve it on your own machine, check every answer.

Importing this package costs nothing: what is heavy is imported by the part that needs it.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tuneserve.client import AsyncClient as AsyncClient
    from tuneserve.client import Client as Client

__all__ = ["AsyncClient", "Client", "__version__"]


def __getattr__(name: str) -> object:
    """`Client` and `AsyncClient`, imported when they are asked for."""
    if name in ("Client", "AsyncClient"):
        import tuneserve.client

        return getattr(tuneserve.client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
