// Samples from a table of comma-separated values.
#include <algorithm>
#include <charconv>
#include <numeric>
#include <span>
#include <string_view>

#include <telar/csv.hpp>
#include <telar/error.hpp>

#include "base/did_you_mean.hpp"
#include "base/file_reader.hpp"
#include "base/number_text.hpp"
#include "data/csv_columns.hpp"
#include "data/csv_reader.hpp"

namespace telar::datasets {

namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 36;

enum class Role { feature, label, target, weight, ignored };

struct Column {
  std::string name;
  Role role = Role::feature;
  std::size_t features = 0;  ///< how many features in a row begin with this one
};

/// The columns of the first line, each with its role. Throws Error (data), or (usage) for a name that options have and
/// the file has not.
std::vector<Column> read_header(CsvReader& reader, const std::string& file, const CsvOptions& options) {
  if (!reader.next_line()) throw Error(ErrorCode::data, file, "the file is empty");
  FirstLine line = read_first_line(reader);
  if (line.only_numbers())
    throw Error(ErrorCode::data, line.place, "the first line holds numbers, but it must name the columns",
                "put a line such as x1,x2,label before it");
  const TextMap<std::size_t> by_name = columns_by_name(line.names, line.place);
  std::vector<Column> columns(line.names.size());
  const auto give = [&](const std::string& name, Role role, const std::string& option) {
    const auto found = by_name.find(name);
    if (found == by_name.end())
      throw Error(ErrorCode::usage, file, option + " is " + shown_field(name) + ", but no column is called so",
                  did_you_mean(name, line.names));
    Column& column = columns[found->second];
    if (column.role != Role::feature)
      throw Error(ErrorCode::usage, file, "column " + shown_field(name) + " is named twice by the options");
    column.role = role;
  };
  if (!options.label.empty()) give(options.label, Role::label, "label");
  for (const std::string& name : options.targets) give(name, Role::target, "one of targets");
  if (!options.sample_weight.empty()) give(options.sample_weight, Role::weight, "sample_weight");
  for (const std::string& name : options.ignore) give(name, Role::ignored, "one of ignore");
  std::size_t features = 0;
  for (std::size_t c = columns.size(); c-- > 0;) {
    columns[c].name = std::move(line.names[c]);
    features = columns[c].role == Role::feature ? features + 1 : 0;
    columns[c].features = features;
  }
  return columns;
}

/// Class names to numbers, in the order they come.
class Labels {
 public:
  explicit Labels(const std::vector<std::string>& known) : fixed_(!known.empty()) {
    for (const std::string& name : known) static_cast<void>(add(name));
  }
  [[nodiscard]] std::int32_t of(std::string_view text, const CsvReader& reader) {
    const auto known = numbers_.find(text);
    if (known != numbers_.end()) return known->second;
    check_name(text, reader);
    if (fixed_)
      throw Error(ErrorCode::data, reader.place(), "the class " + shown_field(text) + " is none of the training data's",
                  did_you_mean(std::string(text), names_));
    return add(text);
  }
  /// Gives the classes their final numbers: by size if all names are whole numbers, else by spelling.
  void sort(std::vector<std::int32_t>& labels) {
    if (fixed_) return;
    std::vector<std::pair<long long, std::size_t>> numbers;
    for (const std::string& name : names_) {
      long long number = 0;
      const auto [stop, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
      if (problem == std::errc() && stop == name.data() + name.size()) numbers.emplace_back(number, numbers.size());
    }
    std::vector<std::size_t> order(names_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const bool by_size = numbers.size() == names_.size();
    std::ranges::sort(
        order, [&](std::size_t a, std::size_t b) { return by_size ? numbers[a] < numbers[b] : names_[a] < names_[b]; });
    std::vector<std::int32_t> rank(order.size());
    std::vector<std::string> sorted;
    for (std::size_t i = 0; i < order.size(); ++i) {
      rank[order[i]] = static_cast<std::int32_t>(i);
      sorted.push_back(names_[order[i]]);
    }
    for (std::int32_t& label : labels) label = rank[static_cast<std::size_t>(label)];
    names_ = std::move(sorted);
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::int32_t add(std::string_view text) {
    const auto number = static_cast<std::int32_t>(names_.size());
    names_.emplace_back(text);
    numbers_.emplace(text, number);
    return number;
  }

  bool fixed_;
  std::vector<std::string> names_;
  TextMap<std::int32_t> numbers_;
};

/// Fields that are missing, of which the first few are remembered.
class Gaps {
 public:
  void add(const CsvReader& reader, const std::string& column) {
    constexpr std::size_t kNamed = 5;
    if (count_++ == 0) first_ = reader.place();
    if (count_ <= kNamed)
      text_ += (count_ == 1 ? "line " : ", line ") + std::to_string(reader.line()) + " (" + column + ")";
    else if (count_ == kNamed + 1)
      text_ += " ...";
  }
  void refuse() const {
    if (count_ == 0) return;
    throw Error(ErrorCode::data, first_,
                count_ == 1 ? "a value is missing: " + text_ : std::to_string(count_) + " values are missing: " + text_,
                "fill them in, remove these lines, or leave the columns out with ignore");
  }

 private:
  std::size_t count_ = 0;
  std::string first_, text_;
};

/// Reads up to `most` features that are plain numbers: how many, not always all.
std::size_t read_features(CsvReader& reader, std::size_t most, std::vector<float>& values) {
  constexpr std::size_t kAtOnce = 64;  // so that little is made in vain where a field is none
  if (most == 0) return 0;
  const std::size_t size = values.size();
  values.resize(size + std::min(most, kAtOnce));
  const std::size_t read = reader.numbers(std::span(values).subspan(size));
  values.resize(size + read);
  return read;
}

void read_rows(CsvReader& reader, const std::vector<Column>& columns, Dataset::Storage& storage, Labels& labels,
               std::vector<float>& weights) {
  std::vector<float>& values = std::get<std::vector<float>>(storage.features);
  Gaps gaps;
  while (reader.next_line()) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (const std::size_t read = read_features(reader, columns[c].features, values); read > 0) {
        c += read;
        if (c == columns.size()) break;
      }
      const Column& column = columns[c];
      if (!reader.has_field()) refuse_short_line(reader, c, columns.size(), column.name);
      if (column.role == Role::ignored) {
        static_cast<void>(reader.field());
      } else if (column.role == Role::label) {
        const std::string_view text = reader.field();
        if (is_missing_value(text))
          gaps.add(reader, column.name);
        else
          storage.labels.push_back(labels.of(text, reader));
      } else {
        float value = 0;
        if (!read_number(reader, column.name, "leave the column out with ignore, or name it as label", value))
          gaps.add(reader, column.name);
        if (column.role == Role::weight && !(value >= 0))
          throw Error(
              ErrorCode::data, reader.place(),
              "the weight " + number_text(static_cast<double>(value)) + " in column " + column.name + " is negative",
              "a sample counts 0 times or more");
        (column.role == Role::target   ? storage.targets
         : column.role == Role::weight ? weights
                                       : values)
            .push_back(value);
      }
    }
    check_line_end(reader, columns.size());
  }
  gaps.refuse();
}

}  // namespace

Table csv(const std::filesystem::path& file, const CsvOptions& options) {
  if (options.label.empty() == options.targets.empty())
    throw Error(ErrorCode::usage, file.string(),
                options.label.empty() ? "neither label nor targets: which column is to be learnt?"
                                      : "both label and targets are given; a set has one of them",
                "label names the column of classes, targets the columns of numbers");
  const ByteBuffer bytes = read_file(file, kLargestFile);
  CsvReader reader({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string(), options.separator);
  const std::vector<Column> columns = read_header(reader, file.string(), options);

  Dataset::Storage storage;
  storage.name = file.filename().string();
  storage.features = std::vector<float>();
  std::vector<std::string> features, targets;
  for (const Column& column : columns) {
    if (column.role == Role::feature) features.push_back(column.name);
    if (column.role == Role::target) targets.push_back(column.name);
  }
  if (features.empty()) throw Error(ErrorCode::data, file.string(), "no column is left to learn from");
  storage.shape = {static_cast<int>(features.size())};
  storage.target_width = static_cast<int>(options.targets.size());
  // No more values than lines have columns, and none has less than two characters.
  const auto lines = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), std::byte{'\n'}));
  std::get<std::vector<float>>(storage.features)
      .reserve(std::min((lines + 1) * features.size(), bytes.size() / 2 + features.size() + 1));
  Labels labels(options.classes);
  std::vector<float> weights;
  read_rows(reader, columns, storage, labels, weights);
  if (std::get<std::vector<float>>(storage.features).empty())
    throw Error(ErrorCode::data, file.string(), "there is no line behind the names of the columns");
  if (!options.label.empty()) {
    labels.sort(storage.labels);
    storage.class_names = labels.names();
    storage.classes = static_cast<int>(storage.class_names.size());
  }
  return {Dataset(std::move(storage)), std::move(features), std::move(targets), std::move(weights)};
}

}  // namespace telar::datasets
