#include "format/table_stream.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <telar/error.hpp>

#include "base/did_you_mean.hpp"
#include "base/number_text.hpp"
#include "data/csv_columns.hpp"
#include "data/text_blocks.hpp"

namespace telar {

namespace {

/// Of the first line that is not empty, as far as the start of the file has it: the preferred one if it makes as many
/// columns as there are `features`, else the most frequent one.
char separator_of(std::span<const std::byte> start, char preferred, std::size_t features) {
  std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  char best = preferred;
  std::ptrdiff_t most = 0;
  for (const char separator : {preferred, ',', ';', '\t'}) {
    std::ptrdiff_t count = 0;
    bool quoted = false;
    for (const char c : text) {
      if (c == '"') quoted = !quoted;
      if (c == '\n' && !quoted) break;
      if (c == separator && !quoted) ++count;
    }
    if (separator == preferred && count > 0 && static_cast<std::size_t>(count) + 1 >= features && features > 0)
      return preferred;
    if (count > most) {
      most = count;
      best = separator;
    }
  }
  return best;
}

/// "a", "b", ... for messages, the first few of them.
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) text += (i == 0 ? "" : ", ") + shown_field(names[i]);
  return text + (names.size() > kNamed ? ", ..." : "");
}

/// Where the columns of a table go.
struct TableColumns {
  static constexpr std::size_t kUnread = SIZE_MAX;
  std::vector<std::string> names;
  std::vector<std::size_t> feature;  ///< of each: its number in a sample, or kUnread
  std::vector<std::string> notes, warnings;
};

/// Whether the first line names the columns. Throws Error (data) if it is a sample of which a value is missing.
bool is_header(const FirstLine& line, const TextMap<std::size_t>& features) {
  std::vector<bool> found(features.size());
  for (const std::string& name : line.names)
    if (const auto feature = features.find(name); feature != features.end()) found[feature->second] = true;
  // Names may be numbers, but not all of the network's by chance.
  if (!found.empty() && std::ranges::all_of(found, [](bool there) { return there; })) return true;
  if (line.only_numbers()) return false;
  if (line.numbers > 0 && line.numbers + line.missing == line.names.size())
    throw Error(ErrorCode::data, line.first_missing, "a value is missing in the first line, which holds numbers",
                "fill it in, or remove the line");
  return true;
}

/// Finds the columns that are read and refuses what is not known.
class ColumnFinder {
 public:
  ColumnFinder(const std::string& table, FirstLine line, const SampleOptions& options)
      : table_(table),
        line_(std::move(line)),
        options_(options),
        features_(columns_by_name(options.features, table)),
        targets_(columns_by_name(options.targets, table)),
        header_(is_header(line_, features_)) {}

  /// Whether the first line names the columns; else it is a sample.
  [[nodiscard]] bool has_header() const noexcept { return header_; }

  TableColumns find() {
    columns_.names = line_.names;
    if (!header_)
      for (std::size_t c = 0; c < columns_.names.size(); ++c) columns_.names[c] = "column_" + std::to_string(c + 1);
    columns_.feature.assign(columns_.names.size(), TableColumns::kUnread);
    ignored_.assign(columns_.names.size(), false);
    ignore();
    for (std::size_t c = 0; c < columns_.names.size(); ++c)
      if (!ignored_[c] && !by_name_.emplace(columns_.names[c], c).second)
        throw Error(ErrorCode::data, line_.place, "two columns are called " + shown_field(columns_.names[c]));
    if (header_ && !features_.empty())
      match();
    else
      take_in_order();
    return std::move(columns_);
  }

 private:
  void ignore() {
    std::map<std::string_view, bool> wanted;  // whether there is such a column
    for (const std::string& name : options_.ignore) {
      if (features_.contains(name))
        throw Error(ErrorCode::usage, table_, "--ignore " + shown_field(name) + ": the network takes this column");
      wanted[name] = false;
    }
    for (std::size_t c = 0; c < columns_.names.size(); ++c) {
      const auto named = wanted.find(columns_.names[c]);
      if (named == wanted.end()) continue;
      ignored_[c] = true;
      named->second = true;
    }
    for (const auto& [name, there] : wanted)
      if (!there)
        throw Error(ErrorCode::usage, table_, "--ignore " + shown_field(name) + ": no column is called so",
                    did_you_mean(name, columns_.names));
  }

  void match() {
    std::vector<std::string> missing;
    for (std::size_t f = 0; f < options_.features.size(); ++f) {
      const auto column = by_name_.find(options_.features[f]);
      if (column == by_name_.end()) {
        missing.push_back(options_.features[f]);
        continue;
      }
      columns_.feature[column->second] = f;
    }
    if (!missing.empty()) {
      const std::vector<std::string> others = unread();
      const std::string_view near = nearest(missing.front(), others);
      throw Error(ErrorCode::data, line_.place, "the network takes columns that are not there: " + listed(missing),
                  near.empty() ? "" : "is " + shown_field(near) + " meant to be " + shown_field(missing.front()) + "?");
    }
    std::vector<std::string> unknown;
    for (std::string& name : unread()) {
      if (targets_.contains(name))
        columns_.notes.push_back(table_ + ": column " + shown_field(name) + " is what is predicted, and not read");
      else
        unknown.push_back(std::move(name));
    }
    if (!unknown.empty())
      throw Error(ErrorCode::data, line_.place, "the network knows no columns " + listed(unknown),
                  "leave them out: --ignore " + shown_field(unknown.front()));
  }

  void take_in_order() {
    const std::size_t width = sample_width(options_.shape);
    std::size_t count = 0;
    for (std::size_t c = 0; c < columns_.names.size(); ++c)
      if (!ignored_[c]) columns_.feature[c] = count++;
    if (count != width)
      throw Error(ErrorCode::data, line_.place,
                  (header_ ? "" : "the first line holds no names but numbers: ") + counted(count, "column") +
                      ", but the network takes " + counted(width, "number"),
                  header_ ? "--ignore leaves a column out" : "put the names of the columns before it");
    if (header_)
      columns_.warnings.push_back(table_ +
                                  ": the network's inputs have no names, so the columns are taken in their order");
  }

  [[nodiscard]] std::vector<std::string> unread() const {
    std::vector<std::string> names;
    for (std::size_t c = 0; c < columns_.names.size(); ++c)
      if (columns_.feature[c] == TableColumns::kUnread && !ignored_[c]) names.push_back(columns_.names[c]);
    return names;
  }

  std::string table_;
  FirstLine line_;
  const SampleOptions& options_;
  TextMap<std::size_t> features_, targets_, by_name_;
  bool header_;
  TableColumns columns_;
  std::vector<bool> ignored_;
};

class TableSamples {
 public:
  TableSamples(SampleSource source, const SampleOptions& options)
      : source_(std::move(source)),
        width_(sample_width(options.shape)),
        separator_(separator_of(source_.bytes->peek(), options.separator, options.features.size())),
        blocks_(*source_.bytes, source_.name, separator_) {
    if (!next_line()) throw Error(ErrorCode::data, source_.name, "the file is empty");
    ColumnFinder finder(source_.name, read_first_line(*line_), options);
    columns_ = finder.find();
    plain_.resize(columns_.names.size());
    run_.resize(columns_.names.size() + 1);
    for (std::size_t c = plain_.size(); c-- > 0;)
      run_[c] = columns_.feature[c] == TableColumns::kUnread ? 0 : run_[c + 1] + 1;
    if (!finder.has_header()) begin_block();  // whose first line is a sample
  }

  [[nodiscard]] const TableColumns& columns() const noexcept { return columns_; }

  std::size_t read(std::span<float> samples) {
    std::size_t count = 0;
    for (; (count + 1) * width_ <= samples.size() && (count == 0 || ready()) && next_line(); ++count)
      read_line(samples.subspan(count * width_, width_));
    return count;
  }

  [[nodiscard]] bool ready() {
    while (!has_line()) {
      if (!blocks_.ready()) return false;
      if (!next_block()) break;
    }
    return true;
  }

 private:
  void begin_block() { line_.emplace(block_, source_.name, separator_, blocks_.lines_before()); }

  /// Whether the block has another line that is not empty, which is then the one at hand.
  bool has_line() { return at_line_ || (at_line_ = line_ && line_->next_line()); }

  bool next_block() {
    block_ = blocks_.next();
    if (block_.empty()) return false;
    begin_block();
    return true;
  }

  bool next_line() {
    while (!has_line())
      if (!next_block()) return false;
    at_line_ = false;
    return true;
  }

  void read_line(std::span<float> sample) {
    const std::size_t size = columns_.names.size();
    for (std::size_t c = 0; c < size; ++c) {
      const std::size_t read = line_->numbers(std::span(plain_).first(run_[c]));
      for (std::size_t i = 0; i < read; ++i) sample[columns_.feature[c + i]] = plain_[i];
      c += read;
      if (c == size) break;
      if (!line_->has_field()) refuse_short_line(*line_, c, size, columns_.names[c]);
      if (columns_.feature[c] == TableColumns::kUnread)
        static_cast<void>(line_->field());
      else if (!read_number(*line_, columns_.names[c], "", sample[columns_.feature[c]]))
        throw Error(ErrorCode::data, line_->place(), "a value is missing in column " + columns_.names[c],
                    "fill it in, or remove the line");
    }
    check_line_end(*line_, size);
  }

  SampleSource source_;
  std::size_t width_;
  char separator_;
  TextBlocks blocks_;
  std::string_view block_;
  std::optional<CsvReader> line_;
  bool at_line_ = false;  // whose fields nobody has read
  TableColumns columns_;
  std::vector<std::size_t> run_;  // how many columns in a row are read, from each on
  std::vector<float> plain_;      // numbers of such columns
};

}  // namespace

SampleStream open_table(SampleSource source, const SampleOptions& options) {
  const auto reader = std::make_shared<TableSamples>(std::move(source), options);
  return {[reader](std::span<float> samples) { return reader->read(samples); }, [reader] { return reader->ready(); },
          reader->columns().notes, reader->columns().warnings};
}

}  // namespace telar
