"""What-if beside the editor: figures of the edited grouping, differences with intervals, where they come from."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

from core.data.datasets import Dataset
from core.errors import CopydeskError
from core.evaluation import regroup
from core.grouping import versions
from core.grouping.grouping import Grouping
from core.grouping.whatif import Difference, Figures, Outcome, WhatIf
from core.runs import store
from core.runs.wording import split_text
from core.ui import cache, shell
from core.ui.components import escaped
from core.ui.selection import pick

PAGE = "grouping"
WORDS = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "weighted_f1": "Weighted F1",
    "kappa": "Kappa",
    "majority_share": "Majority share",
    "information_kept": "Information kept",
}
HELP = {
    "accuracy": "Share of the test rows whose predicted group is the true one. Merging nearly always raises it.",
    "macro_f1": "Mean F1 of the groups, small ones as heavy as large ones.",
    "weighted_f1": "Mean F1 of the groups, each as heavy as its rows.",
    "kappa": "Agreement beyond what chance would give: 0 is chance, 1 is perfect.",
    "majority_share": "Accuracy of always answering the largest group.",
    "information_kept": "How much of what the raw category says the predicted group still says: 1 all of it, 0 "
    "nothing. Merging nearly always lowers it.",
}
COUNTS = {"Groups": "groups", "Smallest, rows": "smallest"}
SHORT = 16  # letters of a head that has room in one line
MOST = 1000  # flipped rows that are listed
STYLE = """<style>
.whatif { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; line-height: 1.25; }
.whatif th { font-weight: 400; font-size: .8rem; opacity: .8; text-align: right; padding: 2px 0 4px 10px; }
.whatif th, .whatif td { vertical-align: baseline; border: none; }
.whatif th, .whatif td { border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
.whatif th[scope=col] { max-width: 7rem; overflow-wrap: anywhere; }
.whatif th.short { white-space: nowrap; }
.whatif th[scope=row], .whatif th:first-child { text-align: left; padding-left: 0; opacity: 1; font-size: .88rem; }
.whatif td { text-align: right; padding: 4px 0 4px 10px; white-space: nowrap; font-size: .9rem; }
.whatif small { display: block; font-size: .72rem; opacity: .75; }
.whatif .clear { font-weight: 600; }
.whatif abbr { text-decoration: none; cursor: help; }
</style>"""


def choose_run(dataset: Dataset, preferred: store.Run | None) -> store.Run | None:
    """Draw the choice of the run that foretells, among those of ``dataset``; None when there is none.

    Those of target category come first: they answer every grouping.
    """
    runs = {run.id: run for run in shell.finished_runs() if run.spec.fingerprint == dataset.fingerprint}

    def fit(run: store.Run) -> tuple[bool, bool, float]:
        chosen = preferred is not None and run.id == preferred.id
        return run.spec.target == "category", chosen, (run.status.get("metrics") or {}).get("accuracy", 0.0)

    labels = {run_id: _label(run) for run_id, run in runs.items()}
    picked = pick(
        st.selectbox,
        "Foretold by run",
        sorted(runs, key=lambda run_id: fit(runs[run_id]), reverse=True),
        page=PAGE,
        name="from",
        format_func=labels.get,
        help="The run whose test rows foretell the figures. One of target category answers every grouping.",
    )
    return runs[picked] if picked else None


def _label(run: store.Run) -> str:
    """Return a run in few words, its target among them; what it was trained under plays no part here."""
    accuracy = (run.status.get("metrics") or {}).get("accuracy")
    figure = f"{accuracy:.3f}" if accuracy is not None else run.spec.model
    return f"{run.name or figure} · {run.spec.target} · {run.id if run.ships else run.id[-4:]}"


def choose_baseline(saved: Grouping) -> Grouping:
    """Draw the choice of the grouping that stands beside the saved one; return it."""
    names = [grouping.name for grouping in versions.list_all() if grouping.name != saved.name]
    default = "raw" if "raw" in names else None
    name = pick(
        st.selectbox, "Compared also with", names, page=PAGE, name="baseline", default=default,
        help="A second grouping to compare the edited one with.",
    )  # fmt: skip
    return versions.load(name)


def panel(run: store.Run, edited: Grouping, saved: Grouping, baseline: Grouping) -> WhatIf | None:
    """Draw figures of ``edited`` with differences to ``saved`` and ``baseline``, as far as the run can answer them.

    Returns the comparison with ``saved``; None where the run cannot tell.
    """
    try:
        after = cache.outcome(run, edited)
    except CopydeskError as error:
        st.warning(escaped(str(error)), icon=":material/edit_note:")
        return None
    found = {}
    for other in (saved, baseline):
        try:
            found[other.name] = cache.tried(run, edited, other)
        except CopydeskError:
            st.caption(f"This run cannot answer {escaped(other.name)}, so nothing is compared with it.")
    st.html(table(after, list(found.values())))
    before = found.get(saved.name)
    if before is not None and not before.same_partition:
        wrong, right = regroup.turned(before)
        st.caption(f"Against the saved one, **{wrong:,}** test rows turn wrong and **{right:,}** turn right.")
    for remark in regroup.remarks(after, before):
        st.caption(f":material/info: {escaped(remark[0].upper() + remark[1:])}.")
    _reached(run, edited)
    return before


def _reached(run: store.Run, edited: Grouping) -> None:
    """Say in a line what the newest run reached that was trained on these very groups, if there is one."""
    for one in regroup.trained_on(store.list_all(), edited, run)[:1]:
        with contextlib.suppress(CopydeskError):
            reached = cache.reached(one, run, edited)
            gap = (reached.differences or {}).get("accuracy")
            told = f", {_signed(gap.value)} against what is foretold" if gap else ""
            st.caption(
                f":material/model_training: Retrained on these groups: accuracy {reached.figures.accuracy:.3f}{told}; "
                "see Foretold and reached."
            )


def table(after: Outcome, comparisons: Sequence[WhatIf]) -> str:
    """Return the what-if as an HTML table: figure, value now, differences to one grouping after another."""
    heads = [("Now", "What the edited grouping gives")]
    heads += [(f"vs {one.before.grouping.name}", "Now less what that grouping gives") for one in comparisons]
    # A short name is not parted at its hyphen; a long one may be, anywhere.
    short = {text: ' class="short"' if len(text) <= SHORT else "" for text, _ in heads}
    top = "".join(f'<th scope="col"{short[text]} title="{escape(help_)}">{escape(text)}</th>' for text, help_ in heads)
    rows = [
        f'<tr><th scope="row"><abbr title="{escape(HELP[name])}">{word}</abbr></th>'
        f"<td>{getattr(after.figures, name):.3f}</td>"
        + "".join(f"<td>{_cell(one.differences[name])}</td>" for one in comparisons)
        + "</tr>"
        for name, word in WORDS.items()
    ]
    rows += [_count_row(word, name, after, comparisons) for word, name in COUNTS.items()]
    return f'{STYLE}<table class="whatif"><thead><tr><th></th>{top}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _cell(gap: Difference) -> str:
    """Return a difference with its interval below; one that may be nothing is not bold, one that is none a dash."""
    if gap.value == gap.low == gap.high == 0:
        return "–"
    kind = ' class="clear"' if gap.is_clear else ""
    return f"<span{kind}>{_signed(gap.value)}</span><small>{_signed(gap.low)} to {_signed(gap.high)}</small>"


def _signed(value: float) -> str:
    """Return a difference with its sign and three digits, four for one that would read as nothing."""
    text = f"{value:+.3f}" if abs(value) >= 0.0005 or value == 0 else f"{value:+.4f}"
    return text.replace("-", "−")


def _count_row(word: str, name: str, after: Outcome, comparisons: Sequence[WhatIf]) -> str:
    now = getattr(after.figures, name)
    gaps = [now - getattr(one.before.figures, name) for one in comparisons]
    cells = "".join(f"<td>{f'{gap:+,}'.replace('-', '−') if gap else '–'}</td>" for gap in gaps)
    title = f' title="{escape(after.figures.smallest_group)}"' if name == "smallest" else ""
    return f'<tr><th scope="row"{title}>{word}</th><td{title}>{now:,}</td>{cells}</tr>'


def trust(run: store.Run) -> None:
    """Say which run, split and dataset the figures come from."""
    spec = run.spec
    st.caption(
        f"From run **{escaped(run.title)}** ({escaped(spec.model)}, target {spec.target}): the test rows of "
        f"**{escaped(spec.dataset)}** that it never saw, {split_text(spec.split)}. Intervals: 95 %, paired bootstrap "
        "over rows; bold where it leaves out 0."
    )


def retrained(run: store.Run, edited: Grouping) -> None:
    """Show, once runs were trained on these very groups, what they reached beside what was foretold."""
    trained = regroup.trained_on(store.list_all(), edited, run)
    if not trained:
        st.caption("No run was trained on these very groups yet; once one is, what it reached stands here.")
        return
    try:
        foretold = cache.outcome(run, edited).figures
    except CopydeskError as error:
        st.caption(escaped(str(error)))
        return
    rows = [{"what": "Foretold", "by": f"{run.title} · {run.spec.model}", **_shown(foretold), "difference": ""}]
    for one in trained:
        try:
            reached = cache.reached(one, run, edited)
        except CopydeskError as error:
            st.caption(escaped(str(error)))
            continue
        by = f"{one.title} · {one.spec.model}"
        rows.append({"what": "Reached", "by": by, **_shown(reached.figures), "difference": ""})
        if reached.differences is None:
            rows[-1]["difference"] = "tested on other rows"
        else:
            gaps = {name: reached.differences[name] for name in ("accuracy", "macro_f1", "information_kept")}
            told = (
                f"{WORDS[name].lower().replace('f1', 'F1')} {_signed(gap.value)} ({_signed(gap.low)} to "
                f"{_signed(gap.high)})"
                for name, gap in gaps.items()
            )
            rows[-1]["difference"] = "; ".join(told)
    number = {name: st.column_config.NumberColumn(word, format="%.3f") for name, word in WORDS.items()}
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_order=["what", "by", "accuracy", "macro_f1", "weighted_f1", "information_kept", "difference"],
        column_config={
            "what": "",
            "by": "Run",
            **number,
            "difference": st.column_config.TextColumn("Reached − foretold (95 %)", width="large"),
        },
    )


def _shown(figures: Figures) -> Mapping[str, float]:
    return {name: getattr(figures, name) for name in WORDS}


def flips(run: store.Run, found: WhatIf) -> None:
    """List the rows that turn wrong or right between the saved and the edited grouping, with their headlines."""
    rows = regroup.flipped_rows(found)
    kinds = {"wrong": "Turn wrong", "right": "Turn right"}
    counts = rows["turned"].value_counts()
    kind = pick(
        st.segmented_control, "Rows", list(kinds), page=PAGE, name="flips", required=True,
        format_func=lambda one: f"{kinds[one]} ({counts.get(one, 0):,})", label_visibility="collapsed",
    )  # fmt: skip
    shown = rows[rows["turned"] == kind].head(MOST)
    if shown.empty:
        st.write("No row does.")
        return
    if counts[kind] > MOST:
        st.caption(f"The {MOST:,} surest of {counts[kind]:,} are listed.")
    try:
        records = cache.frame(cache.dataset_by_fingerprint(run.spec.fingerprint))
        shown = shown.assign(headline=records["headline"].iloc[shown["row"]].to_numpy())
    except CopydeskError as error:
        st.caption(escaped(str(error)))
    st.dataframe(
        shown,
        hide_index=True,
        column_order=["headline", "confidence", "category", "before", "after", "true"],
        column_config={
            "headline": st.column_config.TextColumn("Headline", width=380),
            "category": "Raw category",
            "before": f"Predicted before, under {found.before.grouping.name}",
            "after": "Predicted now",
            "true": "True group now",
            "confidence": st.column_config.NumberColumn("Confidence", format="%.3f"),
        },
    )
