"""Tune a small language model for one job, serve it on your own machine, check every answer.

Importing this package costs nothing: what is heavy is imported by the part that needs it.
"""

__version__ = "0.1.0"
