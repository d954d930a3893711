#include "study/report/gather_tuning.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <set>
#include <string_view>

#include <telar/error.hpp>

#include "base/number_text.hpp"
#include "study/report/judged_study.hpp"
#include "study/report/told.hpp"
#include "study/report/view.hpp"
#include "study/run_store.hpp"
#include "study/stored_result.hpp"

namespace telar {

namespace {

namespace fs = std::filesystem;

constexpr const char* kTuningFile = "tuning.json";
constexpr std::string_view kTuningSchema = "telar.tune/1";
constexpr std::uintmax_t kLargestTuning = 64 << 20;
constexpr std::size_t kMostObjectives = 3;
constexpr std::size_t kMostParameters = 200;
constexpr std::size_t kMostOptions = 200;
constexpr std::size_t kMostTrials = 100'000;
constexpr std::size_t kMostReadings = 100;  // of a trial
constexpr std::size_t kMostListed = 200;    // of anything else
constexpr std::size_t kMostProblems = 20;

/// The elements of a list, at most `most`; none if it is no list.
std::vector<Json> told_list(const Json& object, const char* key, std::size_t most) {
  const Json& list = json_at(object, {key});
  if (!list.is_array()) return {};
  return {list.begin(), list.begin() + static_cast<std::ptrdiff_t>(std::min(list.size(), most))};
}

/// The numbers of a list, at most `most`; NaN for what is none.
std::vector<double> told_numbers(const Json& object, const char* key, std::size_t most) {
  std::vector<double> numbers;
  for (const Json& value : told_list(object, key, most))
    numbers.push_back(value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN());
  return numbers;
}

/// A value of a recipe in words.
std::string told_value(const Json& value) {
  if (value.is_null()) return "–";
  return shown(value.is_string() ? value.get<std::string>()
                                 : value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// A list that has to be there, of tables.
class Tables {
 public:
  Tables(const Json& document, const char* key, std::size_t fewest, std::size_t most, const std::string& where) {
    const Json& list = json_at(document, {key});
    const auto refuse = [&](const std::string& what) {
      return Error(ErrorCode::data, where, what, "it is damaged; name a folder that `telar tune` left");
    };
    if (!list.is_array()) throw refuse(fmt::format("the study has no list of {}", key));
    if (list.size() < fewest || list.size() > most)
      throw refuse(fmt::format("the study has {} {}; there can be {} to {}", list.size(), key, fewest, most));
    for (std::size_t i = 0; i < list.size(); ++i)
      if (!list[i].is_object()) throw refuse(fmt::format("{}[{}] of the study is no table", key, i));
    list_ = &list;
  }
  [[nodiscard]] auto begin() const { return list_->begin(); }
  [[nodiscard]] auto end() const { return list_->end(); }

 private:
  const Json* list_ = nullptr;
};

TuningContent::Parameter told_parameter(const Json& document, const std::string& where) {
  TuningContent::Parameter parameter;
  parameter.name = shown(told_text(document, "name"));
  const auto refuse = [&](const std::string& what) {
    return Error(ErrorCode::data, where, fmt::format("parameter \"{}\" {}", parameter.name, what),
                 "it is damaged; name a folder that `telar tune` left");
  };
  const std::string kind = told_text(document, "kind");
  if (parameter.name.empty()) throw refuse("has no name");
  parameter.choice = kind == "choice";
  parameter.whole = kind == "int" || kind == "repeat";
  if (!parameter.choice && kind != "float" && kind != "int" && kind != "repeat")
    throw refuse("is of no kind that is known");
  if (parameter.choice) {
    for (const Json& option : told_list(document, "options", kMostOptions))
      parameter.options.push_back(told_value(option));
    if (parameter.options.empty()) throw refuse("has no options");
  } else {
    parameter.low = told_number(document, "low");
    parameter.high = told_number(document, "high");
    if (!std::isfinite(parameter.low) || !std::isfinite(parameter.high) || parameter.low > parameter.high)
      throw refuse("has no range");
    const Json& log = json_at(document, {"log"});
    parameter.log = log.is_boolean() && log.get<bool>();
    if (parameter.log && parameter.low <= 0) throw refuse("has a logarithmic range that does not lie above 0");
  }
  if (const double share = told_number(document, "importance"); share >= 0 && share <= 1) parameter.importance = share;
  return parameter;
}

/// Gives each parameter the shortest end of its dotted name that is its own.
void shorten_names(std::vector<TuningContent::Parameter>& parameters) {
  const auto ends_so = [](const TuningContent::Parameter& parameter, const std::string& end) {
    return parameter.name == end || parameter.name.ends_with("." + end);
  };
  for (TuningContent::Parameter& parameter : parameters) {
    parameter.short_name = parameter.name;
    for (std::size_t point = parameter.name.rfind('.'); point != std::string::npos && point > 0;
         point = parameter.name.rfind('.', point - 1)) {
      const std::string end = parameter.name.substr(point + 1);
      // A number alone, as of model.layers.3, says too little.
      if (end.find_first_not_of("0123456789") == std::string::npos) continue;
      if (std::ranges::count_if(parameters, [&](const TuningContent::Parameter& one) { return ends_so(one, end); }) > 1)
        continue;
      parameter.short_name = end;
      break;
    }
  }
}

/// The value that a trial has of a parameter, which learns options that it did not know.
std::optional<double> value_of_trial(const Json& value, TuningContent::Parameter& parameter) {
  if (!parameter.choice) return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
  if (value.is_null()) return {};
  const std::string text = told_value(value);
  const auto known = std::ranges::find(parameter.options, text);
  if (known != parameter.options.end()) return static_cast<double>(known - parameter.options.begin());
  if (parameter.options.size() == kMostOptions) return {};
  parameter.options.push_back(text);
  return static_cast<double>(parameter.options.size() - 1);
}

bool told_true(const Json& object, const char* key) {
  const Json& value = json_at(object, {key});
  return value.is_boolean() && value.get<bool>();
}

TuningContent::Trial read_trial(const Json& document, TuningContent& content, const std::string& where) {
  constexpr std::array<std::string_view, 6> kEnds{"completed", "paused", "stopped", "diverged", "failed", "over_cap"};
  const auto refuse = [&](const std::string& what) {
    return Error(ErrorCode::data, where, what, "it is damaged; name a folder that `telar tune` left");
  };
  const std::optional<int> number = told_count(document, "trial");
  if (!number) throw refuse("a trial of the study has no number");
  TuningContent::Trial trial;
  trial.number = *number;
  trial.is_default = told_true(document, "default");
  trial.front = told_true(document, "front");
  trial.ended = told_text(document, "ended");
  if (std::ranges::find(kEnds, trial.ended) == kEnds.end())
    throw refuse(fmt::format("how trial {} ended is not known", trial.number));
  trial.reason = shown_sentence(told_text(document, "reason"));
  const Json& values = json_at(document, {"values"});
  if (!values.is_object()) throw refuse(fmt::format("trial {} has no values", trial.number));
  for (TuningContent::Parameter& parameter : content.parameters)
    trial.values.push_back(value_of_trial(json_at(values, {parameter.name.c_str()}), parameter));
  for (const Json& rung : told_list(document, "rungs", kMostReadings)) {
    TuningContent::Reading reading{told_number(rung, "epochs"), told_number(rung, "at"),
                                   told_numbers(rung, "values", content.objectives.size())};
    reading.values.resize(content.objectives.size(), std::numeric_limits<double>::quiet_NaN());
    trial.readings.push_back(std::move(reading));
  }
  trial.estimate = told_numbers(document, "estimate", content.objectives.size());
  if (!trial.estimate.empty())
    trial.estimate.resize(content.objectives.size(), std::numeric_limits<double>::quiet_NaN());
  trial.rank = told_count(document, "rank");
  return trial;
}

void read_trials(const Json& document, TuningContent& content, const std::string& where) {
  std::set<int> numbers;
  for (const Json& one : Tables(document, "trials", 0, kMostTrials, where)) {
    content.trials.push_back(read_trial(one, content, where));
    if (!numbers.insert(content.trials.back().number).second)
      throw Error(ErrorCode::data, where, fmt::format("two trials have the number {}", content.trials.back().number),
                  "it is damaged; name a folder that `telar tune` left");
  }
  std::ranges::stable_sort(content.trials, {}, [](const TuningContent::Trial& trial) {
    return trial.rank.value_or(std::numeric_limits<int>::max());
  });
}

void read_finalists(const Json& document, TuningContent& content) {
  for (const Json& one : told_list(document, "finalists", kMostListed)) {
    const std::optional<int> number = told_count(one, "trial");
    if (!number) continue;
    TuningContent::Finalist finalist{*number, told_number(one, "mean"), told_number(one, "sd"), {}};
    for (const Json& run : told_list(one, "runs", kMostListed))
      finalist.runs.emplace_back(told_value(json_at(run, {"seed"})), told_number(run, "value"));
    content.finalists.push_back(std::move(finalist));
  }
}

void read_best(const Json& document, TuningContent& content) {
  const std::optional<int> number = told_count(document, "trial");
  if (!number) return;
  TuningContent::Best best{*number, shown(told_text(document, "recipe_file")), {}};
  for (const Json& one : told_list(document, "differences", kMostListed))
    best.differences.push_back(
        {shown(told_text(one, "key")), told_value(json_at(one, {"default"})), told_value(json_at(one, {"best"}))});
  content.best = std::move(best);
}

void add_notices(const Json& document, TuningContent& content) {
  std::vector<std::string>& notices = content.notices;
  const auto trials = static_cast<std::int64_t>(content.trials.size());
  if (content.ended == "interrupted")
    notices.push_back("The search was interrupted, so that its best is that of the trials until then.");
  const auto tell = [&](const char* ended, const char* what) {
    if (const std::size_t n = ended_so(content, ended); n > 0)
      notices.push_back(fmt::format("{} of {} {}.", n, counted(trials, "trial"), what));
  };
  tell("diverged", "diverged: the loss became infinite or no number");
  tell("failed", "failed");
  tell("over_cap", "went over a limit that the search has");
  const std::vector<Json> problems = told_list(document, "problems", kMostListed);
  for (std::size_t i = 0; i < std::min(problems.size(), kMostProblems); ++i) notices.push_back(told_value(problems[i]));
  if (problems.size() > kMostProblems)
    notices.push_back(
        fmt::format("There were {} more problems, which {} has.", problems.size() - kMostProblems, kTuningFile));
  if (content.proof) std::ranges::move(notices_of(*content.proof), std::back_inserter(notices));

  if (content.cores > 1)
    content.remarks.push_back(
        fmt::format("On {} cores the order in which trials end is not reproducible, and with it which ones are tried; "
                    "each trial by itself is, bit for bit.",
                    content.cores));
  const bool tested = content.proof && std::ranges::any_of(content.proof->changes, [](const JudgedChange& change) {
                        return change.test_delta.has_value();
                      });
  content.remarks.push_back(tested ? "All choosing used validation data only: the test set was read once, by the proof."
                                   : "All choosing used validation data only: the test set was not read.");
}

}  // namespace

const TuningContent::Trial* trial_of(const TuningContent& content, int number) {
  const auto found = std::ranges::find(content.trials, number, &TuningContent::Trial::number);
  return found == content.trials.end() ? nullptr : &*found;
}

double score_of(const TuningContent::Trial& trial, std::size_t objective) {
  if (objective < trial.estimate.size() && std::isfinite(trial.estimate[objective])) return trial.estimate[objective];
  for (auto reading = trial.readings.rbegin(); reading != trial.readings.rend(); ++reading)
    if (objective < reading->values.size()) return reading->values[objective];
  return std::numeric_limits<double>::quiet_NaN();
}

std::size_t ended_so(const TuningContent& content, const std::string& ended) {
  return static_cast<std::size_t>(std::ranges::count(content.trials, ended, &TuningContent::Trial::ended));
}

std::optional<fs::path> tuning_file(const fs::path& subject) {
  std::error_code error;
  if (fs::is_directory(subject, error)) {
    const fs::path file = subject / kTuningFile;
    return fs::is_regular_file(file, error) ? std::optional(file) : std::nullopt;
  }
  if (!fs::is_regular_file(subject, error)) return {};
  if (subject.filename() == kTuningFile) return subject;
  if (fs::file_size(subject, error) > kLargestTuning || error) return {};
  return told_text(read_document(subject), "schema") == kTuningSchema ? std::optional(subject) : std::nullopt;
}

TuningContent gather_tuning(const fs::path& file) {
  std::error_code error;
  if (fs::file_size(file, error) > kLargestTuning && !error)
    throw Error(ErrorCode::data, file.string(), "too large for a study: over 64 MiB",
                "name a folder that `telar tune` left");
  return read_tuning(read_document(file), file.string());
}

TuningContent read_tuning(const Json& document, const std::string& where) {
  if (told_text(document, "schema") != kTuningSchema)
    throw Error(ErrorCode::data, where, "not a telar.tune/1: damaged, or another document",
                "name a folder that `telar tune` left");
  TuningContent content;
  content.recipe = shown(told_text(document, "recipe"));
  content.search = shown(told_text(document, "search"));
  content.study_dir = shown(told_text(document, "study_dir"));
  content.sampler = shown(told_text(document, "sampler"));
  content.ended = shown(told_text(document, "ended"));
  content.eta = told_count(document, "eta").value_or(0);
  content.cores = told_count(document, "cores").value_or(0);
  content.budget_seconds = told_number(document, "budget_seconds");
  content.seconds = told_number(document, "seconds");
  content.search_seconds = told_number(document, "search_seconds");
  content.busy_share = told_number(document, "busy_share");
  content.overhead_share = told_number(document, "overhead_share");
  content.trials_asked = told_count(document, "trials_asked");
  content.rungs = told_numbers(document, "rungs", kMostReadings);
  for (const Json& one : Tables(document, "objectives", 1, kMostObjectives, where)) {
    content.objectives.push_back({shown(told_text(one, "name")), told_true(one, "more_is_better")});
    if (content.objectives.back().name.empty())
      throw Error(ErrorCode::data, where, "an objective of the study has no name",
                  "it is damaged; name a folder that `telar tune` left");
  }
  for (const Json& one : Tables(document, "parameters", 0, kMostParameters, where))
    content.parameters.push_back(told_parameter(one, where));
  shorten_names(content.parameters);
  read_trials(document, content, where);
  read_finalists(document, content);
  read_best(json_at(document, {"best"}), content);
  if (const Json& proof = json_at(document, {"proof"}); !proof.is_null()) content.proof = read_study(proof, where);
  add_notices(document, content);
  return content;
}

}  // namespace telar
