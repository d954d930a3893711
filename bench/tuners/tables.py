"""Turns what tuners found into tables. Plain functions over the rows of the record, tested in tests/bench."""

import math
import random
import statistics

OWN, PYTORCH = "telar", "Optuna, PyTorch"


def comparable(rows, tuners, here):
    """Tuners are held against each other on one machine: of each data set and repetition, the rows of a machine that has
    one of every tuner, or else those of this one, to be gone on with."""
    blocks = {}
    for row in rows:
        if row["tuner"] in tuners:
            blocks.setdefault((row["data"], row["repeat"]), {}).setdefault(row["machine"], {})[row["tuner"]] = row
    kept = []
    for by_machine in blocks.values():
        whole = [found for found in by_machine.values() if len(found) == len(tuners)]
        kept += (whole[0] if whole else by_machine.get(here, {})).values()
    return kept


def mean_ranks(rows, tuners):
    """Per tuner, over data sets and repetitions in which all have a score: mean rank, its bootstrap interval of 95 %, how many.

    Of equal scores each has the mean of their ranks.
    """
    blocks = {}
    for row in rows:
        if row["tuner"] in tuners:
            blocks.setdefault((row["data"], row["repeat"]), {})[row["tuner"]] = row["score"]
    blocks = [b for b in blocks.values() if len(b) == len(tuners)]
    ranks = [{t: statistics.mean([i + 1 for i, v in enumerate(sorted(b.values(), reverse=True)) if v == b[t]])
              for t in tuners} for b in blocks]
    draw = random.Random(0)
    found = {}
    for tuner in tuners if blocks else []:
        own = [r[tuner] for r in ranks]
        means = sorted(statistics.mean(draw.choices(own, k=len(own))) for _ in range(2000))
        found[tuner] = (statistics.mean(own), means[50], means[1949], len(own))
    return found


def ranks_table(rows, tuners, sets):
    """Of mean ranks and, per data set, mean scores."""
    lines = [f"| tuner | mean rank of {len(tuners)} | 95 % | {' | '.join(sets)} |", "|---|---|---|" + "---|" * len(sets)]
    for tuner, (mean, low, high, n) in mean_ranks(rows, tuners).items():
        means = [statistics.mean(r["score"] for r in rows if r["tuner"] == tuner and r["data"] == data) for data in sets]
        lines.append(f"| {tuner} | {mean:.2f} | {low:.2f} to {high:.2f} (n = {n}) | {' | '.join(f'{m:.4f}' for m in means)} |")
    return "\n".join(lines)


def times_to_reach(rows, data, kind):
    """(Optuna's seconds until its best score, telar's until one as good, inf if it saw none), repetition by repetition."""
    races = {(row["tuner"], row["repeat"]): row[kind] for row in rows if row["data"] == data}
    found = []
    for (tuner, repeat), race in sorted(races.items()):
        own = races.get((OWN, repeat))
        if tuner == PYTORCH and race and own is not None:
            at, best = race[-1]
            found.append((at, next((own_at for own_at, value in own if value >= best), math.inf)))
    return found


def times_table(rows, sets):
    """How soon telar has seen a validation score as good as the best that Optuna and PyTorch see."""
    lines = ["| validation score | Optuna and PyTorch reach their best after | telar one as good after | never | telar's time as a "
             "share of theirs, median |", "|---|---|---|---|---|"]
    every = {}
    for data in [*sets, *["all"] * (len(sets) > 1)]:
        for kind, words in (("race", "at any epoch"), ("race_in_full", "of trainings in full")):
            times = every.get(kind, []) if data == "all" else times_to_reach(rows, data, kind)
            if not times:
                continue
            every[kind] = every.get(kind, []) + times
            theirs, ours = [statistics.median(column) for column in zip(*times)]
            never = sum(math.isinf(own) for _, own in times)
            share = statistics.median(own / at for at, own in times)
            lines.append(f"| {data}, {words} | {theirs:.1f} s | {seconds(ours)} | {never} of {len(times)} | {number(share)} |")
    return "\n".join(lines)


def seconds(value):
    return "–" if math.isinf(value) else f"{value:.1f} s"


def number(value):
    return "–" if math.isinf(value) else f"{value:.2f}"


def engaged(rows, sets):
    """How busy telar kept its cores until the last trial began, and what deciding took of them."""
    parts = []
    for data in sets:
        own = [row for row in rows if row["tuner"] == OWN and row["data"] == data]
        if own:
            parts.append(f"{data} {100 * statistics.median(row['busy_share'] for row in own):.1f} and "
                         f"{100 * statistics.median(row['overhead_share'] for row in own):.2f} %")
    return "telar's cores busy until the last trial, and its share of deciding, medians: " + " · ".join(parts) + "."
