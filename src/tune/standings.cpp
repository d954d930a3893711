#include "tune/standings.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace telar {

namespace {

const TrialRung* result_at(const Trial& trial, int rung) {
  const auto found = std::ranges::find(trial.rungs, rung, &TrialRung::rung);
  return found == trial.rungs.end() || found->values.empty() ? nullptr : &*found;
}

double log_epoch_seconds_of(const Trial& trial) {
  double seconds = 0;
  for (const TrialRung& rung : trial.rungs) seconds += rung.seconds;
  seconds = trial.rungs.empty() || trial.rungs.back().epochs == 0 ? 0 : seconds / trial.rungs.back().epochs;
  return seconds > 0 ? std::log(seconds) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

void PlacedSum::set(std::size_t place, double value) {
  if (levels_.empty()) levels_.emplace_back();
  if (place >= levels_[0].size()) levels_[0].resize(place + 1, 0);
  levels_[0][place] = value;
  for (std::size_t level = 0; levels_[level].size() > 1 || level + 1 < levels_.size(); ++level) {
    const std::size_t width = (levels_[level].size() + 1) / 2;
    if (level + 1 == levels_.size()) {  // a new top: all that is below
      std::vector<double>& top = levels_.emplace_back(width, 0);
      for (std::size_t i = 0; i < levels_[level].size(); ++i) top[i / 2] += levels_[level][i];
    }
    const std::vector<double>& below = levels_[level];
    std::vector<double>& above = levels_[level + 1];
    above.resize(width, 0);
    place /= 2;
    above[place] = below[2 * place] + (2 * place + 1 < below.size() ? below[2 * place + 1] : 0);
  }
}

void Standings::insert(Sorted& sorted, const Entry& entry) {
  sorted.insert(std::ranges::upper_bound(sorted, entry, std::less<>()), entry);
}
void Standings::erase(Sorted& sorted, const Entry& entry) {
  sorted.erase(std::ranges::lower_bound(sorted, entry, std::less<>()));
}

Standings::Rung& Standings::rung(int number) {
  const auto at = static_cast<std::size_t>(number);
  if (at >= rungs_.size()) rungs_.resize(at + 1);
  return rungs_[at];
}

void Standings::update(const Trial& trial) {
  const auto number = static_cast<std::size_t>(trial.number);
  if (number == trials_.size()) {
    trials_.emplace_back();
    without_.push_back(number);
  }
  Known& known = trials_[number];
  const bool had_estimate = known.last >= 0;
  if (known.waits) erase(rung(known.last).waiting, {known.merit, number});
  known.waits = false;
  for (; known.rungs < trial.rungs.size(); ++known.rungs) {
    const TrialRung& reached = trial.rungs[known.rungs];
    Rung& here = rung(reached.rung);
    ++here.came;
    if (known.last >= 0) erase(rung(known.last).last, {known.merit, number});
    known.last = -1;
    if (reached.values.empty()) continue;
    const Merits merits = objectives_.merits(reached.values);
    known.last = reached.rung;
    known.merit = merits[0];
    insert(here.all, {known.merit, number});
    insert(here.last, {known.merit, number});
    if (merits.size() > 1) {
      here.merits.push_back(merits);
      here.trials.push_back(number);
      here.order.clear();
      known.values = reached.values;
    }
    if (const TrialRung* before = reached.rung > 0 ? result_at(trial, reached.rung - 1) : nullptr) {
      Rung& below = rung(reached.rung - 1);
      below.gain.set(number, reached.values[0] - before->values[0]);
      ++below.gained;
    }
  }
  known.waits = known.last >= 0 && trial.state == Trial::State::paused;
  if (known.waits) insert(rung(known.last).waiting, {known.merit, number});
  if (had_estimate != (known.last >= 0)) {
    const auto place = std::ranges::lower_bound(without_, number);
    if (had_estimate)
      without_.insert(place, number);
    else
      without_.erase(place);
  }
  known.log_epoch_seconds = log_epoch_seconds_of(trial);
}

std::vector<double> Standings::gains() const {
  std::vector<double> gains(std::max<std::size_t>(rungs_.size(), 1), 0);  // from each rung to the last one
  for (std::size_t r = rungs_.size(); r-- > 1;) {
    const Rung& from = rungs_[r - 1];
    gains[r - 1] = gains[r] + (from.gained > 0 ? from.gain.total() / static_cast<double>(from.gained) : 0);
  }
  return gains;
}

std::vector<double> Standings::estimate(const Trial& trial) const {
  if (trial.rungs.empty() || trial.rungs.back().values.empty()) return {};
  std::vector<double> estimate = trial.rungs.back().values;
  estimate[0] += gains()[static_cast<std::size_t>(trial.rungs.back().rung)];
  return estimate;
}

std::optional<std::size_t> Standings::promotable(int rungs, const std::function<bool(std::size_t)>& wanted) const {
  for (int r = std::min(rungs - 1, static_cast<int>(rungs_.size())); r-- > 0;)
    if (const auto found = promotable_from(rungs_[static_cast<std::size_t>(r)], wanted)) return found;
  return {};
}

std::optional<std::size_t> Standings::promotable_from(const Rung& rung,
                                                      const std::function<bool(std::size_t)>& wanted) const {
  const std::size_t most = rung.came / eta_;
  if (rung.merits.empty()) {
    for (const Entry& entry : rung.waiting) {
      if (most == 0 || (most < rung.all.size() && !(entry < rung.all[most]))) return {};
      if (wanted(entry.trial)) return entry.trial;
    }
    return {};
  }
  if (rung.waiting.empty()) return {};
  if (rung.order.empty()) {
    // Of equals the earlier trial: best_first keeps the order in which they stand.
    std::vector<std::size_t> by_number(rung.trials.size());
    for (std::size_t i = 0; i < by_number.size(); ++i) by_number[i] = i;
    std::ranges::sort(by_number, {}, [&](std::size_t i) { return rung.trials[i]; });
    std::vector<Merits> merits;
    for (const std::size_t i : by_number) merits.push_back(rung.merits[i]);
    for (const std::size_t place : best_first(merits)) rung.order.push_back(rung.trials[by_number[place]]);
  }
  for (std::size_t place = 0; place < std::min(most, rung.order.size()); ++place) {
    const Known& known = trials_[rung.order[place]];
    if (known.waits && &rungs_[static_cast<std::size_t>(known.last)] == &rung && wanted(rung.order[place]))
      return rung.order[place];
  }
  return {};
}

std::optional<std::size_t> Standings::best_waiting(int rungs, const std::function<bool(std::size_t)>& wanted) const {
  constexpr std::size_t kFew = 8;
  const std::vector<double> gain = gains();
  const double sign = objectives_.more_is_better(0) ? 1 : -1;
  std::optional<Entry> best;
  for (std::size_t r = 0; r < rungs_.size() && static_cast<int>(r) + 1 < rungs; ++r) {
    const Sorted& waiting = rungs_[r].waiting;
    for (std::size_t i = 0; i < std::min(waiting.size(), kFew); ++i) {
      const Entry entry{waiting[i].merit + sign * gain[r], waiting[i].trial};
      if (best && !(entry < *best)) break;
      if (!wanted(entry.trial)) continue;
      best = entry;
      break;
    }
  }
  return best ? std::optional(best->trial) : std::nullopt;
}

std::vector<std::size_t> Standings::at_places(const std::vector<std::ptrdiff_t>& places) const {
  std::vector<std::size_t> found, ranked;
  for (const std::ptrdiff_t place : places)
    if (place < 0)
      found.push_back(without_[without_.size() - static_cast<std::size_t>(-place)]);
    else
      ranked.push_back(static_cast<std::size_t>(place));
  const std::vector<std::size_t> best = objectives_.names().size() > 1 ? best_of_several(ranked) : best_of_one(ranked);
  found.insert(found.end(), best.begin(), best.end());
  return found;
}

/// Each rung is in order, and by its gain the rungs are to each other: what is at a place of all of them together is
/// found by halving the rungs.
std::vector<std::size_t> Standings::best_of_one(const std::vector<std::size_t>& places) const {
  const std::vector<double> gain = gains();
  const double sign = objectives_.more_is_better(0) ? 1 : -1;
  struct Part {
    const Sorted* sorted;
    double gain;
    std::size_t begin, end;  // what is still open of it
    [[nodiscard]] Entry at(std::size_t i) const { return {(*sorted)[i].merit + gain, (*sorted)[i].trial}; }
  };
  std::vector<std::size_t> found, done(rungs_.size(), 0), cuts;
  std::vector<Part> parts;
  for (const std::size_t place : places) {
    parts.clear();
    std::size_t before = std::accumulate(done.begin(), done.end(), std::size_t{0});  // surely before the place
    const std::size_t left = place - before;                                         // no rung has more that are
    for (std::size_t r = 0; r < rungs_.size(); ++r)
      parts.push_back({&rungs_[r].last, sign * gain[r], done[r], std::min(rungs_[r].last.size(), done[r] + left + 1)});
    while (true) {
      // A pivot from the middle of the longest part.
      const auto longest = static_cast<std::size_t>(
          std::ranges::max_element(parts, {}, [](const Part& p) { return p.end - p.begin; }) - parts.begin());
      const std::size_t own = parts[longest].begin + (parts[longest].end - parts[longest].begin) / 2;
      const Entry pivot = parts[longest].at(own);
      cuts.clear();
      std::size_t ahead = before;
      for (std::size_t p = 0; p < parts.size(); ++p) {
        const Part& part = parts[p];
        std::size_t low = p == longest ? own : part.begin, high = p == longest ? own : part.end;
        while (low < high) {
          const std::size_t middle = low + (high - low) / 2;
          if (part.at(middle) < pivot)
            low = middle + 1;
          else
            high = middle;
        }
        cuts.push_back(low);
        ahead += low - part.begin;
      }
      if (ahead == place) {
        found.push_back(pivot.trial);
        done = cuts;
        ++done[longest];
        break;
      }
      for (std::size_t p = 0; p < parts.size(); ++p) {
        if (ahead < place) {  // the pivot itself is before the place
          parts[p].begin = cuts[p] + (p == longest ? 1 : 0);
        } else {
          parts[p].end = cuts[p];
        }
      }
      if (ahead < place) before = ahead + 1;
    }
  }
  return found;
}

std::vector<std::size_t> Standings::best_of_several(const std::vector<std::size_t>& places) const {
  const std::vector<double> gain = gains();
  std::vector<std::size_t> ranked;
  std::vector<Merits> merits;
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    if (trials_[i].last < 0) continue;
    std::vector<double> values = trials_[i].values;
    values[0] += gain[static_cast<std::size_t>(trials_[i].last)];
    ranked.push_back(i);
    merits.push_back(objectives_.merits(values));
  }
  const std::vector<std::size_t> order = best_first(merits);
  std::vector<std::size_t> found;
  for (const std::size_t place : places) found.push_back(ranked[order[place]]);
  return found;
}

}  // namespace telar
