// The view's figures of a search: the values of the trials, what matters, the race, and the front.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "study/report/sentences.hpp"
#include "study/report/tuning_words.hpp"
#include "study/report/view_tuning.hpp"

namespace telar {

namespace {

constexpr std::size_t kMostTicks = 12;
constexpr int kMostWholeTicks = 8;
constexpr double kLogarithmicRatio = 20;  // of the ends of an axis
constexpr double kLeastLogarithm = 1e-100;

/// "best", "default" or "": what a trial is drawn as.
const char* role_of(const TuningContent::Trial& trial, const TuningContent& content) {
  if (content.best && content.best->trial == trial.number) return "best";
  return trial.is_default ? "default" : "";
}

/// Its colour in a table: that of its lines.
int color_of(const TuningContent::Trial& trial, const TuningContent& content) {
  const std::string_view role = role_of(trial, content);
  return role == "best" ? 0 : role == "default" ? 1 : -1;
}

/// The best `most`, and with them the best one and the default, wherever they stand.
std::vector<const TuningContent::Trial*> best_trials(const TuningContent& content, std::size_t most) {
  std::vector<const TuningContent::Trial*> trials;
  for (const TuningContent::Trial& trial : content.trials)
    if (trials.size() < most || *role_of(trial, content)) trials.push_back(&trial);
  return trials;
}

/// "The table has the best 30 of 120 trials, and the default."; empty if it has all.
std::string cut_words(const char* what, std::size_t most, std::size_t all) {
  return all > most ? fmt::format(" {} the best {} of {} trials, and the default.", what, most, all) : "";
}

std::string epochs_text(const TuningContent::Trial& trial) {
  return trial.readings.empty() ? "–" : fmt::format("{:.4g}", trial.readings.back().epochs);
}

std::string end_text(const TuningContent::Trial& trial) {
  std::string text = trial.ended == "over_cap" ? "over a limit" : trial.ended;
  return trial.reason.empty() ? text : text + ": " + trial.reason;
}

Json tick(double at, std::string text) { return Json{{"at", json_number(at)}, {"text", std::move(text)}}; }

Json option_ticks(const TuningContent::Parameter& parameter) {
  const std::size_t step = (parameter.options.size() + kMostTicks - 1) / kMostTicks;
  Json ticks = Json::array();
  for (std::size_t i = 0; i < parameter.options.size(); i += step) {
    ticks.push_back(tick(static_cast<double>(i), parameter.options[i]));
  }
  return ticks;
}

/// The ends, and between them the powers of ten of a logarithmic axis, or the middle of another; of few whole numbers
/// all.
Json number_ticks(double low, double high, bool log, bool whole, const auto& text) {
  std::vector<double> places;
  if (whole && high - low < kMostWholeTicks && !log) {
    for (int i = 1; i < kMostWholeTicks && low + i < high; ++i) places.push_back(low + i);
  } else if (log) {
    const int first = static_cast<int>(std::ceil(std::log10(low) + 0.15)),
              last = static_cast<int>(std::floor(std::log10(high) - 0.15));
    const int step = std::max(1, (last - first) / 6 + 1);
    for (int power = first; power <= last; power += step) places.push_back(std::pow(10, power));
  } else if (const double middle = low + (high - low) / 2; text(middle) != text(low) && text(middle) != text(high)) {
    places.push_back(whole ? std::round(middle) : middle);
  }
  Json ticks = Json::array({tick(low, text(low))});
  for (const double place : places) ticks.push_back(tick(place, text(place)));
  if (high > low) ticks.push_back(tick(high, text(high)));
  return ticks;
}

Json parameter_axis(std::size_t index, const TuningContent& content) {
  const TuningContent::Parameter& parameter = content.parameters[index];
  Json axis{{"name", parameter.short_name}, {"log", false}, {"share", false}, {"options", nullptr}};
  if (parameter.choice) {
    axis["low"] = 0;
    axis["high"] = parameter.options.size() - 1;
    axis["options"] = parameter.options;
    axis["ticks"] = option_ticks(parameter);
    return axis;
  }
  // The default may lie beside the range that was searched.
  double low = parameter.low, high = parameter.high;
  for (const TuningContent::Trial& trial : content.trials) {
    const std::optional<double>& value = trial.values[index];
    if (!value || !std::isfinite(*value) || (parameter.log && *value <= 0)) continue;
    low = std::min(low, *value), high = std::max(high, *value);
  }
  axis["log"] = parameter.log;
  axis["low"] = json_number(low);
  axis["high"] = json_number(high);
  axis["ticks"] = number_ticks(low, high, parameter.log, parameter.whole,
                               [&parameter](double value) { return parameter_text(value, parameter); });
  return axis;
}

std::vector<double> scores_of(const TuningContent& content, std::size_t objective) {
  std::vector<double> scores;
  for (const TuningContent::Trial& trial : content.trials) scores.push_back(score_of(trial, objective));
  return scores;
}

Json objective_axis(const TuningContent& content) {
  const TuningContent::Objective& objective = content.objectives.front();
  const Interval range = usual_range(scores_of(content, 0), objective.more_is_better);
  return Json{{"name", quantity_words(objective.name)},
              {"log", false},
              {"share", is_share(objective.name)},
              {"options", nullptr},
              {"low", json_number(range.low)},
              {"high", json_number(range.high)},
              {"ticks", number_ticks(range.low, range.high, false, false, [&objective](double value) {
                 return is_share(objective.name) ? fmt::format("{:.1f} %", 100 * value) : fmt::format("{:.3g}", value);
               })}};
}

std::size_t axes_of(const TuningContent& content) { return std::min(content.parameters.size(), kMostAxes); }

Json trials_table(const TuningContent& content) {
  std::vector<std::string> columns{"Trial"};
  for (const TuningContent::Objective& objective : content.objectives)
    columns.push_back(capitalized(objective_words(objective.name)));
  for (std::size_t p = 0; p < axes_of(content); ++p) columns.push_back(content.parameters[p].short_name);
  columns.insert(columns.end(), {"Epochs", "Ended"});
  Json rows = Json::array();
  for (const TuningContent::Trial* trial : best_trials(content, kMostTrialRows)) {
    Json cells = Json::array();
    for (std::size_t i = 0; i < content.objectives.size(); ++i)
      cells.push_back(view_cell(objective_text(score_of(*trial, i), content.objectives[i].name), "n"));
    for (std::size_t p = 0; p < axes_of(content); ++p)
      cells.push_back(view_cell(parameter_text(trial->values[p], content.parameters[p]), "n"));
    cells.push_back(view_cell(epochs_text(*trial), "n"));
    cells.push_back(view_cell(end_text(*trial)));
    rows.push_back(view_row(trial_name(*trial), std::move(cells), color_of(*trial, content)));
  }
  return view_table("Trials, best first", std::move(columns), std::move(rows));
}

/// From 1, the best, to 0.
double strength_of(std::size_t place, std::size_t all) {
  return all > 1 ? 1 - static_cast<double>(place) / static_cast<double>(all - 1) : 1;
}

/// The readings of all trials in the order of time.
struct TimedReading {
  const TuningContent::Trial* trial;
  const TuningContent::Reading* reading;
};
std::vector<TimedReading> readings_in_time(const TuningContent& content) {
  std::vector<TimedReading> all;
  for (const TuningContent::Trial& trial : content.trials)
    for (const TuningContent::Reading& reading : trial.readings)
      if (std::isfinite(reading.at) && std::isfinite(reading.values.front())) all.push_back({&trial, &reading});
  std::ranges::stable_sort(all, {}, [](const TimedReading& one) { return one.reading->at; });
  return all;
}

/// Those that were better than all before.
std::vector<TimedReading> records_of(const std::vector<TimedReading>& readings, bool more_is_better) {
  std::vector<TimedReading> records;
  for (const TimedReading& one : readings) {
    const double value = one.reading->values.front();
    const bool first = records.empty();
    if (first || (more_is_better ? value > records.back().reading->values.front()
                                 : value < records.back().reading->values.front()))
      records.push_back(one);
  }
  // Of too many the last ones, which are the best.
  if (records.size() > kMostShownPoints) records.erase(records.begin(), records.end() - kMostShownPoints);
  return records;
}

/// An axis of a chart whose values are those of an objective: logarithmic where they are of several sizes.
Json scale_of(const TuningContent& content, std::size_t objective) {
  const TuningContent::Objective& one = content.objectives[objective];
  std::vector<double> scores = scores_of(content, objective);
  std::erase_if(scores, [](double score) { return !std::isfinite(score); });
  Interval range = usual_range(scores, one.more_is_better);
  bool log = false;
  if (!scores.empty() && !is_share(one.name)) {
    const auto [low, high] = std::ranges::minmax(scores);
    log = low > kLeastLogarithm && high > kLogarithmicRatio * low;
    if (log) range = {low / 1.25, high * 1.25};
  }
  return Json{
      {"title", fmt::format("{} ({} is better)", objective_words(one.name), one.more_is_better ? "more" : "less")},
      {"share", is_share(one.name)},
      {"log", log},
      {"low", json_number(range.low)},
      {"high", json_number(range.high)}};
}

}  // namespace

Interval usual_range(std::vector<double> values, bool more_is_better) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return {0, 1};
  std::ranges::sort(values);
  const std::size_t tenth = values.size() / 10;
  double low = values.front(), high = values.back();
  const double usual = more_is_better ? values[tenth] : values[values.size() - 1 - tenth];
  const double spread = more_is_better ? high - usual : usual - low;
  if (spread > 0 && high - low > 3 * spread) (more_is_better ? low : high) = usual;
  const double room = high > low ? 0.05 * (high - low) : std::max(0.05 * std::abs(high), 1e-6);
  return {low - room, high + room};
}

Json view_trials(const TuningContent& content, Figures& figures) {
  if (content.trials.empty()) return nullptr;
  const std::string words = objective_words(content.objectives.front().name);
  Json axes = Json::array(), lines = Json::array();
  for (std::size_t p = 0; p < axes_of(content); ++p) axes.push_back(parameter_axis(p, content));
  axes.push_back(objective_axis(content));
  const std::vector<const TuningContent::Trial*> trials = best_trials(content, kMostTrialLines);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    Json values = Json::array();
    for (std::size_t p = 0; p < axes_of(content); ++p)
      values.push_back(trials[i]->values[p] ? json_number(*trials[i]->values[p]) : Json(nullptr));
    values.push_back(json_number(score_of(*trials[i], 0)));
    lines.push_back(Json{{"name", trial_name(*trials[i])},
                         {"role", role_of(*trials[i], content)},
                         {"strength", json_number(strength_of(i, trials.size()))},
                         {"values", std::move(values)}});
  }
  std::string note = fmt::format(
      "A line for each trial, the stronger the better; it has a gap where a parameter is switched off. The last axis "
      "is "
      "the {}: as the search estimates it for a whole training, else as last read.",
      words);
  if (content.parameters.size() > kMostAxes)
    note += fmt::format(" Of {} parameters the first {} are shown.", content.parameters.size(), kMostAxes);
  note += cut_words("Drawn are", kMostTrialLines, content.trials.size());
  note += cut_words("The table has", kMostTrialRows, content.trials.size());
  return Json{
      {"figure",
       figures.add("Values of the trials", note,
                   fmt::format("Parallel coordinates: an axis for each parameter and one for the {}, and a line for "
                               "each trial. The table has its numbers.",
                               words),
                   trials_table(content),
                   Json{{"kind", "parallel"}, {"axes", std::move(axes)}, {"lines", std::move(lines)}})}};
}

Json view_importance(const TuningContent& content, Figures& figures) {
  std::vector<const TuningContent::Parameter*> known;
  for (const TuningContent::Parameter& parameter : content.parameters)
    if (parameter.importance) known.push_back(&parameter);
  if (known.empty()) return content.parameters.empty() ? Json(nullptr) : Json{{"figure", nullptr}};
  std::ranges::stable_sort(known, std::ranges::greater{},
                           [](const TuningContent::Parameter* one) { return *one->importance; });
  Json rows = Json::array(), bars = Json::array();
  for (const TuningContent::Parameter* parameter : known) {
    rows.push_back(view_row(parameter->name,
                            Json::array({view_cell(fmt::format("{:.1f} %", 100 * *parameter->importance), "n")})));
    if (bars.size() < kMostTrialRows)
      bars.push_back(Json{{"name", parameter->short_name}, {"value", json_number(*parameter->importance)}});
  }
  return Json{
      {"figure", figures.add("Importance of the parameters",
                             "The share of the variance of results that goes with a parameter alone, estimated with "
                             "Parzen estimators: PED-ANOVA, Watanabe et al. 2023.",
                             "Bar chart: the share of each parameter. The table has its numbers.",
                             view_table("Importance of the parameters", {"Parameter", "Share"}, std::move(rows)),
                             Json{{"kind", "bars"}, {"rows", std::move(bars)}})}};
}

Json view_race(const TuningContent& content, Figures& figures) {
  const std::vector<TimedReading> readings = readings_in_time(content);
  if (readings.empty()) return nullptr;
  const TuningContent::Objective& objective = content.objectives.front();
  std::vector<double> values;
  for (const TimedReading& one : readings) values.push_back(one.reading->values.front());
  const Interval range = usual_range(values, objective.more_is_better);

  Json trials = Json::array();
  for (const TuningContent::Trial* trial : best_trials(content, kMostTrialPoints)) {
    Json points = Json::array();
    for (const TuningContent::Reading& reading : trial->readings)
      if (std::isfinite(reading.at) && std::isfinite(reading.values.front()) && points.size() < kMostTicks)
        points.push_back(
            Json::array({json_number(reading.at), json_number(reading.values.front()), json_number(reading.epochs)}));
    if (points.empty()) continue;
    trials.push_back(
        Json{{"name", trial_name(*trial)}, {"role", role_of(*trial, content)}, {"points", std::move(points)}});
  }
  Json best = Json::array(), rows = Json::array();
  const std::vector<TimedReading> records = records_of(readings, objective.more_is_better);
  for (const TimedReading& one : records) {
    const double value = one.reading->values.front();
    best.push_back(Json::array({json_number(one.reading->at), json_number(value)}));
    rows.push_back(view_row(
        fmt::format("{:.1f} s", one.reading->at),
        Json::array({view_cell(trial_name(*one.trial)), view_cell(fmt::format("{:.4g}", one.reading->epochs), "n"),
                     view_cell(objective_text(value, objective.name), "n")})));
  }
  // The last record stands until the end.
  best.push_back(
      Json::array({json_number(readings.back().reading->at), json_number(records.back().reading->values.front())}));

  const bool cut =
      std::ranges::any_of(values, [&range](double value) { return value < range.low || value > range.high; });
  const std::string words = objective_words(objective.name);
  std::string note =
      "Faint: each trial at its rungs, after few epochs and then after more. The strong line is the best reading so "
      "far.";
  if (cut) note += " Readings that are far worse than the others lie outside.";
  note += cut_words("Drawn are", kMostTrialPoints, content.trials.size());
  return Json{{"figure", figures.add("The race of the trials", note,
                                     fmt::format("Line chart: {} against the seconds since the search began. The table "
                                                 "has each reading that was better than all before.",
                                                 words),
                                     view_table("Each reading that was better than all before",
                                                {"Time", "Trial", "Epochs", capitalized(words)}, std::move(rows)),
                                     Json{{"kind", "race"},
                                          {"y", Json{{"title", words},
                                                     {"share", is_share(objective.name)},
                                                     {"low", json_number(range.low)},
                                                     {"high", json_number(range.high)}}},
                                          {"trials", std::move(trials)},
                                          {"best", std::move(best)}})}};
}

Json view_front(const TuningContent& content, Figures& figures) {
  if (content.objectives.size() < 2) return nullptr;
  std::vector<std::string> columns{"Trial"};
  for (const TuningContent::Objective& objective : content.objectives)
    columns.push_back(capitalized(objective_words(objective.name)));
  Json points = Json::array(), rows = Json::array();
  std::size_t on_front = 0;
  std::vector<const TuningContent::Trial*> trials = best_trials(content, kMostTrialPoints);
  for (const TuningContent::Trial* trial : trials) {
    const double x = score_of(*trial, 1), y = score_of(*trial, 0);
    if (std::isfinite(x) && std::isfinite(y))
      points.push_back(Json{{"name", trial_name(*trial)},
                            {"role", role_of(*trial, content)},
                            {"front", trial->front},
                            {"x", json_number(x)},
                            {"y", json_number(y)}});
    if (!trial->front || ++on_front > kMostTrialRows) continue;
    Json cells = Json::array();
    for (std::size_t i = 0; i < content.objectives.size(); ++i)
      cells.push_back(view_cell(objective_text(score_of(*trial, i), content.objectives[i].name), "n"));
    rows.push_back(view_row(trial_name(*trial), std::move(cells), color_of(*trial, content)));
  }
  if (points.empty()) return nullptr;
  std::string note = "Marked are the trials of the front: no other one is better in every objective.";
  if (on_front > kMostTrialRows) note += fmt::format(" The table has {} of {} of these.", kMostTrialRows, on_front);
  note += cut_words("Drawn are", kMostTrialPoints, content.trials.size());
  const std::string first = objective_words(content.objectives[0].name),
                    second = objective_words(content.objectives[1].name);
  return Json{{"figure", figures.add(fmt::format("{} against {}", capitalized(first), second), note,
                                     "Scatter chart: a point for each trial. The table has those of the front.",
                                     view_table("The front: no other trial is better in every objective",
                                                std::move(columns), std::move(rows)),
                                     Json{{"kind", "front"},
                                          {"x", scale_of(content, 1)},
                                          {"y", scale_of(content, 0)},
                                          {"points", std::move(points)}})}};
}

}  // namespace telar
