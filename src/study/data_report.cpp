#include "study/data_report.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace telar {

namespace {

/// The bytes of a stored sample's features: equal for equal samples.
std::string_view features_of(const Dataset& data, std::uint32_t row) {
  const std::size_t size = data.sample_size();
  return std::visit(
      [&](const auto& values) {
        const auto* first = values.data() + row * size;
        return std::string_view(reinterpret_cast<const char*>(first), size * sizeof(*first));
      },
      data.storage().features);
}

using Seen = std::unordered_set<std::string_view>;

class Spreading {
 public:
  void add(double value) {
    spread_.low = count_ == 0 ? value : std::min(spread_.low, value);
    spread_.high = count_ == 0 ? value : std::max(spread_.high, value);
    sum_ += value;
    ++count_;
  }
  [[nodiscard]] Spread get() const {
    return {spread_.low, count_ == 0 ? 0 : sum_ / static_cast<double>(count_), spread_.high};
  }

 private:
  Spread spread_;
  double sum_ = 0;
  std::size_t count_ = 0;
};

void look_at_features(const Dataset& data, const std::vector<std::string>& names, SetReport& report) {
  const std::size_t size = data.sample_size();
  Spreading all;
  std::vector<bool> varies(size);
  std::visit(
      [&](const auto& values) {
        for (const std::uint32_t row : data.rows())
          for (std::size_t i = 0; i < size; ++i) {
            const auto value = values[row * size + i];
            all.add(static_cast<double>(value));
            if (value != values[data.rows().front() * size + i]) varies[i] = true;
          }
      },
      data.storage().features);
  report.values = all.get();
  for (std::size_t i = 0; i < size; ++i)
    if (!varies[i]) report.constant.push_back(i < names.size() ? names[i] : std::to_string(i));
}

void look_at_truth(const Dataset& data, SetReport& report) {
  const Dataset::Storage& storage = data.storage();
  const auto width = static_cast<std::size_t>(storage.target_width);
  if (data.classes() > 0) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(data.classes()));
    for (const std::uint32_t row : data.rows()) ++counts[class_of(storage, row)];
    for (std::size_t c = 0; c < counts.size(); ++c)
      report.classes.emplace_back(c < storage.class_names.size() ? storage.class_names[c] : std::to_string(c),
                                  counts[c]);
    return;
  }
  for (std::size_t t = 0; t < width; ++t) {
    Spreading spread;
    for (const std::uint32_t row : data.rows()) spread.add(static_cast<double>(storage.targets[row * width + t]));
    report.targets.push_back(spread.get());
  }
}

SetReport report_set(const std::string& name, const Dataset& data, const std::vector<std::string>& names,
                     const Seen& training, Seen& own) {
  SetReport report;
  report.set = name;
  report.samples = data.size();
  report.shape = data.shape();
  look_at_features(data, names, report);
  look_at_truth(data, report);
  for (const std::uint32_t row : data.rows()) {
    const std::string_view features = features_of(data, row);
    if (!own.insert(features).second) ++report.duplicates;
    if (training.contains(features)) ++report.also_in_training;
  }
  return report;
}

Json spread_document(const Spread& spread) {
  return Json{{"min", json_number(spread.low)}, {"mean", json_number(spread.mean)}, {"max", json_number(spread.high)}};
}

}  // namespace

std::size_t class_of(const Dataset::Storage& storage, std::uint32_t row) {
  if (!storage.labels.empty()) return static_cast<std::size_t>(storage.labels[row]);
  const auto width = static_cast<std::ptrdiff_t>(storage.target_width);
  const auto first = storage.targets.begin() + static_cast<std::ptrdiff_t>(row) * width;
  return static_cast<std::size_t>(std::max_element(first, first + width) - first);
}

std::vector<SetReport> report_data(const RecipeData& data) {
  std::vector<SetReport> reports;
  Seen training, others;
  reports.push_back(report_set("train", data.train, data.features, {}, training));
  if (data.validation) reports.push_back(report_set("validation", *data.validation, data.features, training, others));
  others.clear();
  reports.push_back(report_set("test", data.test, data.features, training, others));
  return reports;
}

Json data_report_document(const Recipe& recipe, const std::vector<SetReport>& reports, std::size_t skipped_files) {
  Json sets = Json::object();
  for (const SetReport& report : reports) {
    Json set{{"samples", report.samples}, {"shape", report.shape}, {"values", spread_document(report.values)}};
    if (!report.classes.empty()) {
      Json classes = Json::object();
      auto& entries = classes.get_ref<Json::object_t&>();  // all names differ, and looking each up takes too long
      for (const auto& [name, samples] : report.classes) entries.emplace_back(name, samples);
      set["classes"] = std::move(classes);
    }
    if (!report.targets.empty()) {
      Json targets = Json::array();
      for (const Spread& spread : report.targets) targets.push_back(spread_document(spread));
      set["targets"] = std::move(targets);
    }
    set["duplicates"] = report.duplicates;
    if (report.set != "train") set["also_in_training"] = report.also_in_training;
    set["constant"] = report.constant;
    sets[report.set] = std::move(set);
  }
  Json document{{"schema", "telar.data/1"}, {"recipe", recipe.name}, {"sets", std::move(sets)}};
  if (recipe.data.source == DataSpec::Source::images) document["skipped_files"] = skipped_files;
  return document;
}

}  // namespace telar
