#include "tune/ranking.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <telar/error.hpp>

#include "train/monitor.hpp"

namespace telar {

namespace {

bool dominates(const Merits& a, const Merits& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] < b[i]) return false;
    better = better || a[i] > b[i];
  }
  return better;
}

const TrialRung* at_rung(const Trial& trial, int rung) {
  const auto found = std::ranges::find(trial.rungs, rung, &TrialRung::rung);
  return found == trial.rungs.end() || found->values.empty() ? nullptr : &*found;
}

}  // namespace

Objectives::Objectives(const std::vector<std::string>& names)
    : names_(names), up_(!names.empty() && Monitor(names.front(), Mode::automatic, 0).better(1, 0)) {
  constexpr const char* kHint = "the first is a quantity such as val_accuracy, the others are weights or latency";
  if (names.empty()) throw Error(ErrorCode::usage, "objectives", "there is no objective", kHint);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool of_network = names[i] == "weights" || names[i] == "latency";
    if (of_network == (i == 0) || names[i].empty())
      throw Error(ErrorCode::usage, "objectives", "\"" + names[i] + "\" cannot be objective " + std::to_string(i + 1),
                  kHint);
    if (std::ranges::count(names, names[i]) > 1)
      throw Error(ErrorCode::usage, "objectives", "\"" + names[i] + "\" is there twice", kHint);
  }
}

Merits Objectives::merits(std::span<const double> values) const {
  Merits merits;
  for (std::size_t i = 0; i < std::min(values.size(), names_.size()); ++i)
    merits.push_back(more_is_better(i) ? values[i] : -values[i]);
  return merits;
}

void estimate_trials(std::span<Trial> trials) {
  int last = 0;
  for (const Trial& trial : trials)
    for (const TrialRung& rung : trial.rungs) last = std::max(last, rung.rung);
  std::vector<double> gains(static_cast<std::size_t>(last) + 1, 0);  // from each rung to the last one
  for (int rung = last - 1; rung >= 0; --rung) {
    double sum = 0;
    int count = 0;
    for (const Trial& trial : trials)
      if (const TrialRung* from = at_rung(trial, rung), *to = at_rung(trial, rung + 1); from && to) {
        sum += to->values[0] - from->values[0];
        ++count;
      }
    const auto r = static_cast<std::size_t>(rung);
    gains[r] = gains[r + 1] + (count > 0 ? sum / count : 0);
  }
  for (Trial& trial : trials) {
    trial.estimate.clear();
    if (trial.rungs.empty() || trial.rungs.back().values.empty()) continue;
    trial.estimate = trial.rungs.back().values;
    trial.estimate[0] += gains[static_cast<std::size_t>(trial.rungs.back().rung)];
  }
}

std::vector<std::size_t> best_first(std::span<const Merits> merits) {
  std::vector<std::size_t> order(merits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<int> front(merits.size(), 0);
  if (!merits.empty() && merits.front().size() > 1) {
    // One after the other, so that none is better than one before it: each comes into the first front that has none
    // that is better, and all fronts before that have one (Zhang et al. 2015, "efficient non-dominated sort").
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
      for (std::size_t m = 0; m < merits[a].size(); ++m)
        if (merits[a][m] != merits[b][m]) return merits[a][m] > merits[b][m];
      return a < b;
    });
    const bool two = merits.front().size() == 2;  // then the last one of a front has most of the second merit
    std::vector<std::vector<std::size_t>> fronts;
    for (const std::size_t i : order) {
      const auto is_behind = [&](const std::vector<std::size_t>& members) {
        if (two) return dominates(merits[members.back()], merits[i]);
        return std::any_of(members.rbegin(), members.rend(),
                           [&](std::size_t j) { return dominates(merits[j], merits[i]); });
      };
      const auto found = std::ranges::partition_point(fronts, is_behind);
      front[i] = static_cast<int>(found - fronts.begin());
      if (found == fronts.end())
        fronts.push_back({i});
      else
        found->push_back(i);
    }
    std::ranges::sort(order);
  }
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return front[a] != front[b] ? front[a] < front[b] : merits[a][0] > merits[b][0];
  });
  return order;
}

std::vector<std::size_t> pareto_front(std::span<const Merits> merits) {
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < merits.size(); ++i)
    if (std::ranges::none_of(merits, [&](const Merits& other) { return dominates(other, merits[i]); }))
      front.push_back(i);
  return front;
}

}  // namespace telar
