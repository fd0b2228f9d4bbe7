"""Second spellings: what a command takes as an argument it also takes as the option of other commands, and the reverse.

`data show --dataset NAME` is `data show NAME`, `train NAME` is `train --dataset NAME`, and so for runs. One spelling
stands first in the help and in the README; who has the other in mind is understood all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

# Command -> the option whose value is its first argument.
AS_ARGUMENT = {
    **{
        ("data", name): "--dataset"
        for name in (
            "clean", "delete", "drift", "leakage", "overview", "quality", "records", "shortcuts", "show", "words",
        )
    },
    ("pasted", "join"): "--dataset",
    **{("runs", name): "--run" for name in ("show", "logs", "cancel", "resume", "retry", "rename", "note", "delete")},
    **{("models", name): "--run" for name in ("show", "card", "default", "retire", "bring-back")},
    **{
        (name,): "--run"
        for name in (
            "calibrate", "causes", "confidence", "errors", "evaluate", "export", "report", "slices", "whatif",
        )
    },
}  # fmt: skip
# Command without arguments -> the option that its first one stands for.
AS_OPTION = {
    ("train",): "--dataset",
    ("labels", "find"): "--dataset",
    ("labels", "list"): "--dataset",
    ("labels", "verdicts"): "--dataset",
    ("labels", "cancel"): "--dataset",
    ("classify",): "--headline",
    ("grouping", "suggest"): "--run",
    ("grouping", "frontier"): "--run",
}


def first_spelling(arguments: Sequence[str]) -> list[str]:
    """Return the arguments of a command in the spelling that its help shows.

    >>> first_spelling(["report", "out.html", "--run", "baseline"])
    ['report', 'baseline', 'out.html']
    >>> first_spelling(["train", "huffpost", "--wait"])
    ['train', '--dataset', 'huffpost', '--wait']
    """
    for length in (2, 1):
        command, rest = tuple(arguments[:length]), list(arguments[length:])
        if command in AS_ARGUMENT:
            return [*command, *_value_first(rest, AS_ARGUMENT[command])]
        if command in AS_OPTION and rest and not rest[0].startswith("-"):
            return [*command, AS_OPTION[command], *rest]
    return list(arguments)


def _value_first(rest: list[str], option: str) -> list[str]:
    """Return ``rest`` with the value of ``option`` in front of it, and without the option."""
    for place, one in enumerate(rest):
        if one.startswith(f"{option}="):
            return [one.removeprefix(f"{option}="), *rest[:place], *rest[place + 1 :]]
        if one == option and place + 1 < len(rest):
            return [rest[place + 1], *rest[:place], *rest[place + 2 :]]
    return rest
