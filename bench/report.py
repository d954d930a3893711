"""Turns measurements into tables. Plain functions, tested in tests/bench."""

import statistics


def number(value):
    """Three significant digits, without an exponent."""
    digits = 2
    while digits > 0 and abs(value) >= 10 ** (3 - digits):
        digits -= 1
    if 0 < abs(value) < 0.1:
        digits = 3
    return f"{value:.{digits}f}"


def spread(values):
    """The median, and the range when there is more than one value."""
    median = number(statistics.median(values))
    return median if len(values) == 1 else f"{median} ({number(min(values))}–{number(max(values))})"


def ratio(values, base):
    """How many times the median of `base` the median of `values` is; a dash without a base."""
    return f"{statistics.median(values) / statistics.median(base):.2f}" if base else "–"


def table(rows, threads, unit, scale=1.0):
    """A Markdown table, and (who, why) for each of its gaps.

    `rows` are (label, {threads: {"values": [...], "memory": [bytes...], "failed": reason or None}}), telar first. Ratios are
    to the first row with the same number of threads. A contender that failed once is a failure: its reason is shown.
    """
    head = ["", *(cell for count in threads for cell in (f"{unit}, {count} thread{'s' * (count > 1)}", "÷ telar")), "peak MiB"]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    reasons, base = [], {}
    for count in threads:
        first = rows[0][1][count]
        base[count] = [] if first["failed"] else first["values"]
    for label, cases in rows:
        cells, memory = [label], []
        for count in threads:
            case = cases[count]
            if case["failed"]:
                cells += ["failed", "–"]
                reasons.append((f"{label}, {count} thread{'s' * (count > 1)}", case["failed"]))
            else:
                cells += [spread([value * scale for value in case["values"]]), ratio(case["values"], base[count])]
                memory += case["memory"]
        cells.append(f"{max(memory) / 2**20:.0f}" if memory else "–")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines), reasons


def replace_section(page, name, text):
    """`page` with what stands between the markers of `name` replaced."""
    begin, end = f"<!-- bench:{name} -->\n", f"<!-- /bench:{name} -->"
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise ValueError(f"the page needs one {begin.strip()} and after it one {end}")
    return page[:page.index(begin) + len(begin)] + text.strip() + "\n" + page[page.index(end):]
