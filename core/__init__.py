"""Copydesk: browse, group, train on, inspect and classify news headlines.

The pages and the command line are thin layers over this package. Imports point one way:
pages -> core.ui -> (inference, evaluation, runs) -> models -> grouping -> data.
"""

__version__ = "0.1.0"
