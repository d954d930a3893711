// Samples from a table of comma-separated values.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include <telar/csv.hpp>
#include <telar/error.hpp>

#include "base/did_you_mean.hpp"
#include "base/file_reader.hpp"
#include "base/utf8.hpp"
#include "data/csv_reader.hpp"

namespace telar::datasets {

namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 36;
constexpr std::size_t kMostColumns = 1 << 20;
constexpr std::string_view kMissing[] = {"", "?", "na", "n/a", "nan", "null", "none"};

bool is_missing(std::string_view text) {
  return std::ranges::any_of(kMissing, [&](std::string_view word) {
    return std::ranges::equal(text, word, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
  });
}

/// A number that stands in quotes, or has a sign or blanks that from_chars does not take.
bool parse_number(std::string_view text, float& value) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && stop == text.data() + text.size() && std::isfinite(value);
}

/// Names go into documents, which are UTF-8, and to terminals, which obey some characters.
void check_text(std::string_view text, const CsvReader& reader) {
  const auto steers = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
  };
  if (std::ranges::any_of(text, steers))
    throw Error(ErrorCode::data, reader.place(), "there is a control character in this name");
  if (!is_utf8(text))
    throw Error(ErrorCode::data, reader.place(), "this name is not UTF-8", "convert the table, as with iconv -t UTF-8");
}

enum class Role { feature, label, target, ignored };

struct Column {
  std::string name;
  Role role = Role::feature;
};

/// The columns of the first line, each with its role. Throws Error (data), or (usage) for a name that options have and
/// the file has not.
std::vector<Column> read_header(CsvReader& reader, const std::string& file, const CsvOptions& options) {
  std::vector<Column> columns;
  std::vector<std::string> names;
  if (!reader.next_line()) throw Error(ErrorCode::data, file, "the file is empty");
  bool only_numbers = true;
  while (reader.has_field()) {
    std::string name(reader.field());
    check_text(name, reader);
    float number = 0;
    only_numbers = only_numbers && parse_number(name, number);
    if (name.empty()) name = "column_" + std::to_string(columns.size() + 1);
    if (columns.size() == kMostColumns)
      throw Error(ErrorCode::data, reader.place(), "more than " + std::to_string(kMostColumns) + " columns");
    columns.push_back({name});
    names.push_back(std::move(name));
  }
  if (only_numbers)
    throw Error(ErrorCode::data, file + ":1:1", "the first line holds numbers, but it must name the columns",
                "put a line such as x1,x2,label before it");
  std::vector<std::string> sorted = names;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
    throw Error(ErrorCode::data, file + ":1:1", "two columns are called " + shown_field(*twice));
  const auto give = [&](const std::string& name, Role role, const std::string& option) {
    const auto column = std::ranges::find(columns, name, &Column::name);
    if (column == columns.end())
      throw Error(ErrorCode::usage, file, option + " is " + shown_field(name) + ", but no column is called so",
                  did_you_mean(name, names));
    if (column->role != Role::feature)
      throw Error(ErrorCode::usage, file, "column " + shown_field(name) + " is named twice by the options");
    column->role = role;
  };
  if (!options.label.empty()) give(options.label, Role::label, "label");
  for (const std::string& name : options.targets) give(name, Role::target, "one of targets");
  for (const std::string& name : options.ignore) give(name, Role::ignored, "one of ignore");
  return columns;
}

struct Hash {
  using is_transparent = void;  // looks up views; the name is the standard library's
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
};

/// Class names to numbers, in the order they come.
class Labels {
 public:
  explicit Labels(const std::vector<std::string>& known) : fixed_(!known.empty()) {
    for (const std::string& name : known) static_cast<void>(add(name));
  }
  [[nodiscard]] std::int32_t of(std::string_view text, const CsvReader& reader) {
    const auto known = numbers_.find(text);
    if (known != numbers_.end()) return known->second;
    check_text(text, reader);
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
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> numbers_;
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

void read_rows(CsvReader& reader, const std::vector<Column>& columns, Dataset::Storage& storage, Labels& labels) {
  std::vector<float>& values = std::get<std::vector<float>>(storage.features);
  Gaps gaps;
  while (reader.next_line()) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Column& column = columns[c];
      if (!reader.has_field())
        throw Error(ErrorCode::data, reader.place(),
                    "the line has " + std::to_string(c) + " fields, but there are " + std::to_string(columns.size()) +
                        " columns: " + shown_field(column.name) + " is not there");
      if (column.role == Role::ignored) {
        static_cast<void>(reader.field());
      } else if (column.role == Role::label) {
        const std::string_view text = reader.field();
        if (is_missing(text))
          gaps.add(reader, column.name);
        else
          storage.labels.push_back(labels.of(text, reader));
      } else {
        float value = 0;
        if (!reader.number(value)) {
          const std::string_view text = reader.field();
          if (is_missing(text))
            gaps.add(reader, column.name);
          else if (!parse_number(text, value))
            throw Error(ErrorCode::data, reader.place(),
                        shown_field(text) + " in column " + column.name + " is no number that a float32 can hold",
                        "leave the column out with ignore, or name it as label");
        }
        (column.role == Role::target ? storage.targets : values).push_back(value);
      }
    }
    if (reader.has_field())
      throw Error(ErrorCode::data, reader.place(),
                  "the line goes on, but there are only " + std::to_string(columns.size()) + " columns",
                  "put a field that holds the separator into quotes");
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
  const std::vector<std::byte> bytes = read_file(file, kLargestFile);
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
  Labels labels(options.classes);
  read_rows(reader, columns, storage, labels);
  if (std::get<std::vector<float>>(storage.features).empty())
    throw Error(ErrorCode::data, file.string(), "there is no line behind the names of the columns");
  if (!options.label.empty()) {
    labels.sort(storage.labels);
    storage.class_names = labels.names();
    storage.classes = static_cast<int>(storage.class_names.size());
  }
  return {Dataset(std::move(storage)), std::move(features), std::move(targets)};
}

}  // namespace telar::datasets
