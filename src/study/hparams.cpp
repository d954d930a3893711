#include "study/hparams.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <protozero/pbf_builder.hpp>
#include <set>

#include "base/atomic_file.hpp"
#include "study/recipe_values.hpp"
#include "train/event_records.hpp"
#include "train/tensor_board.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

// The numbers of the messages' fields in tensorboard/plugins/hparams/api.proto and plugin_data.proto.
enum class PluginDataField : protozero::pbf_tag_type { experiment = 2, session_start = 3, session_end = 4 };
enum class ExperimentField : protozero::pbf_tag_type { time_created = 3, hparams = 4, metrics = 5, name = 6 };
enum class HParamField : protozero::pbf_tag_type { name = 1, type = 4, discrete = 5, interval = 6, differs = 7 };
enum class ListField : protozero::pbf_tag_type { value = 1 };
enum class IntervalField : protozero::pbf_tag_type { low = 1, high = 2 };
enum class MetricField : protozero::pbf_tag_type { name = 1, display_name = 3, dataset = 5 };
enum class MetricNameField : protozero::pbf_tag_type { tag = 2 };
enum class StartField : protozero::pbf_tag_type { hparams = 1, group_name = 4, start_time = 5 };
enum class MapField : protozero::pbf_tag_type { key = 1, value = 2 };
enum class AnyField : protozero::pbf_tag_type { number = 2, text = 3, truth = 4 };  // google.protobuf.Value
enum class EndField : protozero::pbf_tag_type { status = 1, end_time = 2 };

constexpr std::int32_t kValidationSet = 2;                     // DatasetType
constexpr std::int32_t kSuccess = 1, kFailure = 2;             // Status
constexpr std::int32_t kTexts = 1, kTruths = 2, kNumbers = 3;  // DataType

template <class Field>
using HParamsMessage = protozero::pbf_builder<Field>;

template <class Field>
void put_value(HParamsMessage<Field>& message, Field field, const HParam& value) {
  HParamsMessage<AnyField> any(message, field);
  if (const auto* number = std::get_if<double>(&value))
    any.add_double(AnyField::number, *number);
  else if (const auto* truth = std::get_if<bool>(&value))
    any.add_bool(AnyField::truth, *truth);
  else
    any.add_string(AnyField::text, std::get<std::string>(value));
}

/// A column: its kind and the values that occur.
void put_column(HParamsMessage<ExperimentField>& experiment, const std::string& name, const std::set<HParam>& values) {
  HParamsMessage<HParamField> column(experiment, ExperimentField::hparams);
  column.add_string(HParamField::name, name);
  if (std::holds_alternative<double>(*values.begin())) {
    column.add_enum(HParamField::type, kNumbers);
    HParamsMessage<IntervalField> interval(column, HParamField::interval);
    interval.add_double(IntervalField::low, std::get<double>(*values.begin()));
    interval.add_double(IntervalField::high, std::get<double>(*values.rbegin()));
  } else {
    column.add_enum(HParamField::type, std::holds_alternative<bool>(*values.begin()) ? kTruths : kTexts);
    HParamsMessage<ListField> list(column, HParamField::discrete);
    for (const HParam& value : values) put_value(list, ListField::value, value);
  }
  column.add_bool(HParamField::differs, true);
}

std::string final_tag(const std::string& quantity) { return "final/" + quantity; }

std::string score_records(const Score& score, const std::string& set, std::size_t epochs) {
  const double now = event_seconds();
  const auto step = static_cast<std::int64_t>(epochs);
  std::string records = scalar_event(now, step, final_tag(set + "_loss"), score.loss.value);
  for (const auto& [name, value] : score.metrics)
    records += scalar_event(now, step, final_tag(set + "_" + name), value.value);
  return records;
}

std::optional<double> as_number(const std::string& text) {
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// Without TOML's quotes.
std::string as_text(const std::string& text) {
  const bool quoted = text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  return quoted ? text.substr(1, text.size() - 2) : text;
}

/// The values of one address as one kind; each as far as its recipe has any.
std::vector<std::optional<HParam>> of_one_kind(const std::vector<std::optional<std::string>>& texts) {
  const auto all = [&](const auto& test) {
    return std::ranges::all_of(texts, [&](const auto& text) { return !text || test(*text); });
  };
  const bool numbers = all([](const std::string& text) { return as_number(text).has_value(); });
  const bool truths = all([](const std::string& text) { return text == "true" || text == "false"; });
  std::vector<std::optional<HParam>> values;
  for (const std::optional<std::string>& text : texts) {
    if (!text)
      values.emplace_back();
    else if (numbers)
      values.emplace_back(*as_number(*text));
    else if (truths)
      values.emplace_back(*text == "true");
    else
      values.emplace_back(as_text(*text));
  }
  return values;
}

}  // namespace

std::vector<HParams> hparams_of(const std::vector<Recipe>& recipes) {
  std::vector<HParams> all;
  std::vector<std::map<std::string, std::string>> values;
  std::set<std::string> addresses;
  std::map<std::string, int> of_a_name;
  for (const Recipe& recipe : recipes) {
    const int number = ++of_a_name[recipe.name];
    HParams& hparams = all.emplace_back();
    hparams.group = recipe.name + (number > 1 ? " " + std::to_string(number) : "");
    hparams.values["recipe"] = hparams.group;
    values.push_back(recipe_values(recipe));
    for (const RecipeDifference& difference : compare_recipes(recipes.front(), recipe))
      addresses.insert(difference.address);
  }
  for (const std::string& address : addresses) {
    std::vector<std::optional<std::string>> texts;
    for (const auto& of_recipe : values) {
      const auto found = of_recipe.find(address);
      texts.push_back(found == of_recipe.end() ? std::nullopt : std::optional(found->second));
    }
    const std::vector<std::optional<HParam>> column = of_one_kind(texts);
    for (std::size_t i = 0; i < all.size(); ++i)
      if (column[i]) all[i].values[address] = *column[i];
  }
  return all;
}

void write_experiment(const fs::path& folder, std::string_view name, std::span<const HParams> recipes,
                      std::span<const std::string> quantities) {
  std::map<std::string, std::set<HParam>> columns;
  for (const HParams& recipe : recipes)
    for (const auto& [column, value] : recipe.values) columns[column].insert(value);
  std::string content;
  {
    HParamsMessage<PluginDataField> data(content);
    HParamsMessage<ExperimentField> experiment(data, PluginDataField::experiment);
    experiment.add_string(ExperimentField::name, name.data(), name.size());
    experiment.add_double(ExperimentField::time_created, event_seconds());
    for (const auto& [column, values] : columns) put_column(experiment, column, values);
    for (const std::string& quantity : quantities) {
      HParamsMessage<MetricField> metric(experiment, ExperimentField::metrics);
      HParamsMessage<MetricNameField>(metric, MetricField::name).add_string(MetricNameField::tag, final_tag(quantity));
      metric.add_string(MetricField::display_name, quantity);
      if (quantity.starts_with("val_")) metric.add_enum(MetricField::dataset, kValidationSet);
    }
  }
  // TensorBoard keeps the first experiment that it finds, so that there must be one only.
  make_event_folder(folder);
  write_file(folder / "events.out.tfevents.0000000000.hparams.v2",
             version_event(event_seconds()) + hparams_event(event_seconds(), "_hparams_/experiment", content));
}

HParamsSession::HParamsSession(const fs::path& folder, const HParams& recipe) : file_(folder) {
  std::string content;
  {
    HParamsMessage<PluginDataField> data(content);
    HParamsMessage<StartField> start(data, PluginDataField::session_start);
    for (const auto& [name, value] : recipe.values) {
      HParamsMessage<MapField> entry(start, StartField::hparams);
      entry.add_string(MapField::key, name);
      put_value(entry, MapField::value, value);
    }
    start.add_string(StartField::group_name, recipe.group);
    start.add_double(StartField::start_time, event_seconds());
  }
  file_.append(hparams_event(event_seconds(), "_hparams_/session_start_info", content));
}

void HParamsSession::end(const TrainResult& result) {
  if (result.history.ended == Ended::interrupted) return;
  std::string records, content;
  if (result.validation) records += score_records(*result.validation, "val", result.history.epochs.size());
  if (result.test) records += score_records(*result.test, "test", result.history.epochs.size());
  {
    HParamsMessage<PluginDataField> data(content);
    HParamsMessage<EndField> end(data, PluginDataField::session_end);
    end.add_enum(EndField::status, result.history.ended == Ended::diverged ? kFailure : kSuccess);
    end.add_double(EndField::end_time, event_seconds());
  }
  file_.append(records + hparams_event(event_seconds(), "_hparams_/session_end_info", content));
}

void write_test_scores(const fs::path& folder, const TrainResult& result) {
  if (result.test) EventFile(folder).append(score_records(*result.test, "test", result.history.epochs.size()));
}

void write_ended_run(const fs::path& folder, const HParams& recipe, const TrainResult& result) {
  if (has_event_files(folder)) return;
  const History& history = result.history;
  const std::vector<double>&steps = history.epoch_seconds, &validations = history.validation_seconds;
  const auto took = [&](std::size_t epoch) {  // as far as the run says
    return (epoch < steps.size() ? steps[epoch] : 0) + (epoch < validations.size() ? validations[epoch] : 0);
  };
  double time = event_seconds();
  for (std::size_t i = 0; i < history.epochs.size(); ++i) time -= took(i);
  const std::string start = start_event(time, 0);
  std::string train, validation;
  for (std::size_t i = 0; i < history.epochs.size(); ++i) {
    time += took(i);
    const EpochRecords records = epoch_records(time, static_cast<int>(i), history.epochs[i]);
    train += records.train;
    validation += records.validation;
  }
  EventFile(folder / "train").append(start + train);
  if (!validation.empty()) EventFile(folder / "validation").append(start + validation);
  HParamsSession(folder, recipe).end(result);
}

}  // namespace telar
