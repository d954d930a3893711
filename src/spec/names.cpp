#include <cctype>
#include <map>
#include <set>

#include "spec/describe.hpp"

namespace telar {

std::string snake_case(std::string_view class_name) {
  const auto upper = [&](std::size_t i) { return std::isupper(static_cast<unsigned char>(class_name[i])) != 0; };
  std::string snake;
  for (std::size_t i = 0; i < class_name.size(); ++i) {
    // A word starts at a capital after a small letter (earlyS...), and at the last capital of an acronym (...LROnP...).
    const bool starts_word = i > 0 && upper(i) && (!upper(i - 1) || (i + 1 < class_name.size() && !upper(i + 1)));
    if (starts_word && snake.back() != '_') snake += '_';
    snake += static_cast<char>(std::tolower(static_cast<unsigned char>(class_name[i])));
  }
  return snake;
}

std::vector<std::string> automatic_names(const std::vector<std::pair<std::string, std::string>>& classes_and_names) {
  std::set<std::string> taken;
  for (const auto& [type, name] : classes_and_names) taken.insert(name);
  std::map<std::string, int> counts;
  std::vector<std::string> names;
  for (const auto& [type, own_name] : classes_and_names) {
    std::string name = own_name;
    if (own_name.empty()) {
      const std::string snake = snake_case(type);
      do {
        const int n = counts[snake]++;
        name = n == 0 ? snake : snake + "_" + std::to_string(n);
      } while (!taken.insert(name).second);
    }
    names.push_back(std::move(name));
  }
  return names;
}

namespace {

std::vector<std::string> names_of_classes(const std::vector<Metric>& metrics) {
  std::vector<std::pair<std::string, std::string>> classes;
  for (const Metric& metric : metrics) {
    std::string type(std::visit([](const auto& m) { return type_name<std::remove_cvref_t<decltype(m)>>; }, metric));
    if (std::holds_alternative<FBetaScore>(metric)) type = "FbetaScore";  // Keras's two exceptions
    if (std::holds_alternative<LogCosh>(metric)) type = "Logcosh";
    const auto* custom = std::get_if<CustomMetric>(&metric);
    classes.emplace_back(std::move(type), custom != nullptr ? custom->name : "");
  }
  return automatic_names(classes);
}

}  // namespace

std::vector<std::string> metric_names(const std::vector<Metric>& metrics, const std::vector<Metric>& weighted) {
  std::vector<std::string> names = names_of_classes(metrics);
  std::set<std::string> taken(names.begin(), names.end());
  for (const Metric& metric : weighted) {
    const std::string plain = names_of_classes({metric}).front(), own = "weighted_" + plain;
    std::string name = plain;
    for (int n = 0; !taken.insert(name).second; ++n) name = n == 0 ? own : own + "_" + std::to_string(n);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace telar
