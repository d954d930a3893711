#!/usr/bin/env python3
"""The other side of statistics_test.cpp: statistics_side.py FILE

Reads the cases of FILE and prints what scipy and statsmodels make of each. With no file only whether both are there.
"""
import json
import sys
import warnings

import numpy as np
import scipy.integrate
import scipy.stats
import statsmodels
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

if len(sys.argv) < 2:
    print(scipy.__version__, statsmodels.__version__)
    sys.exit()
with open(sys.argv[1], encoding="utf-8") as file:
    cases = json.load(file)
warnings.simplefilter("error")


class Drawn(np.random.Generator):
    """Gives scipy the resamples that telar drew."""

    def __init__(self, indices):
        super().__init__(np.random.PCG64(0))
        self.indices = np.array(indices)

    def integers(self, low, high=None, size=None, dtype=int, endpoint=False):
        taken, self.indices = self.indices[:size[0]], self.indices[size[0]:]
        assert taken.shape == tuple(size), (taken.shape, size)
        return taken


def statistic(x, axis):
    return np.sum(x, axis=axis)


def paired(case):
    d = np.array(case["differences"])
    low, high = scipy.stats.ttest_1samp(d, 0).confidence_interval(0.95)
    flips = scipy.stats.permutation_test((d,), statistic, permutation_type="samples", n_resamples=np.inf)
    wins = float(np.sum(d > 0) + np.sum(d == 0) / 2)
    wilson = proportion_confint(wins, len(d), method="wilson")
    return {"mean": d.mean(), "sd": d.std(ddof=1), "low": low, "high": high, "sign_flip": flips.pvalue,
            "equivalence": DescrStatsW(d).ttost_mean(-case["band"], case["band"])[0],
            "share": wins / len(d), "share_low": wilson[0], "share_high": wilson[1]}


def drawn_flips(case):
    d = np.array(case["differences"])
    signs = np.where(np.array([[c == "1" for c in row] for row in case["flips"]]), -1.0, 1.0)
    as_far = np.sum(np.abs(signs @ d) >= abs(d.sum()) * (1 - 1e-12))
    return {"p": (1 + as_far) / (1 + len(signs))}


def bootstrap(case):
    result = scipy.stats.bootstrap((np.array(case["values"]),), np.mean, n_resamples=len(case["indices"]), method="BCa",
                                   rng=Drawn(case["indices"]))
    return {"low": result.confidence_interval.low, "high": result.confidence_interval.high}


def discordant(case):
    a, b = case["only_a"], case["only_b"]
    table = [[0, a], [b, 0]]
    seen = scipy.stats.binom.pmf(min(a, b), a + b, 0.5)
    exact = mcnemar(table, exact=True).pvalue
    binomial = scipy.stats.binomtest(a, a + b).pvalue
    assert abs(exact - binomial) < 1e-12
    return {"exact": exact, "mid": exact - seen, "clustered": mcnemar(table, exact=False, correction=False).pvalue}


def clustered(case):
    d = np.array(case["differences"])
    return {"p": scipy.stats.chi2.sf(d.sum() ** 2 / np.sum(d ** 2), 1)}


def adjusted(case):
    return {"p": list(multipletests(case["p"], method="holm")[1])}


def power(case):
    n, effect, band, alpha = case["n"], case["effect"], case["band"], case["alpha"]
    limit = scipy.stats.t.ppf(1 - alpha, n - 1)
    rooms = [(band - effect) * n ** 0.5, (band + effect) * n ** 0.5]
    tost = sum(scipy.stats.nct.sf(limit, n - 1, room) for room in rooms) - 1
    wanted = TTestPower().solve_power(effect_size=effect, alpha=alpha, power=0.8, alternative="two-sided")
    return {"difference": TTestPower().power(effect, n, alpha, alternative="two-sided"), "equivalence": max(0.0, tost),
            "pairs": int(np.ceil(wanted))}


def levels(case):
    """The probability that telar's levels spend at each look, by plain integration."""
    sizes, normal = case["sizes"], scipy.stats.norm
    bounds = [normal.isf(level / 2) * size ** 0.5 for level, size in zip(case["levels"], sizes)]
    out = [2 * normal.sf(bounds[0] / sizes[0] ** 0.5)]

    def leaves(s, look):
        step = (sizes[look] - sizes[look - 1]) ** 0.5
        return normal.sf((bounds[look] - s) / step) + normal.cdf((-bounds[look] - s) / step)

    def density(s, look):
        if look == 0:
            return normal.pdf(s / sizes[0] ** 0.5) / sizes[0] ** 0.5
        step = (sizes[look] - sizes[look - 1]) ** 0.5
        x, w = np.polynomial.legendre.leggauss(200)
        b = bounds[look - 1]
        return float(np.sum(b * w * density(b * x, look - 1) * normal.pdf((s - b * x) / step) / step))

    for look in range(1, len(sizes)):
        b = bounds[look - 1]
        out.append(out[-1] + scipy.integrate.quad(lambda s: density(s, look - 1) * leaves(s, look), -b, b,
                                                  epsabs=1e-11, epsrel=1e-11)[0])
    return {"spent": out}


makers = {f.__name__: f for f in (paired, drawn_flips, bootstrap, discordant, clustered, adjusted, power, levels)}
print(json.dumps([makers[case["kind"]](case) for case in cases], default=float))
