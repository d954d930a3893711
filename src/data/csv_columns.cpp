#include "data/csv_columns.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <telar/error.hpp>

#include "base/utf8.hpp"

namespace telar {

namespace {

constexpr std::size_t kMostColumns = 1 << 20;
constexpr std::string_view kMissing[] = {"", "?", "na", "n/a", "nan", "null", "none"};

}  // namespace

bool is_missing_value(std::string_view field) noexcept {
  return std::ranges::any_of(kMissing, [&](std::string_view word) {
    return std::ranges::equal(field, word, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
  });
}

bool parse_number(std::string_view field, float& value) noexcept {
  while (field.starts_with(' ')) field.remove_prefix(1);
  while (field.ends_with(' ')) field.remove_suffix(1);
  if (field.starts_with('+') && field.size() > 1 && field[1] != '-') field.remove_prefix(1);
  const char* const end = field.data() + field.size();
  const auto [stop, problem] = std::from_chars(field.data(), end, value);
  if (stop != end) return false;
  if (problem == std::errc::result_out_of_range) {
    // Too small a number is 0, with its sign, as wherever numbers become float32; too large a one is none.
    double wide = 1;
    const bool wider = std::from_chars(field.data(), end, wide).ec == std::errc();
    if (wider ? std::abs(wide) >= 1
              : field.find("e-") == std::string_view::npos && field.find("E-") == std::string_view::npos)
      return false;
    value = field.starts_with('-') ? -0.0f : 0.0f;
    return true;
  }
  return problem == std::errc() && std::isfinite(value);
}

void check_name(std::string_view name, const CsvReader& reader) {
  if (!is_utf8(name))
    throw Error(ErrorCode::data, reader.place(), "this name is not UTF-8", "convert the table, as with iconv -t UTF-8");
  // A field may have lines, and tabs.
  std::string one_line(name);
  std::erase_if(one_line, [](char c) { return c == '\t' || c == '\n'; });
  if (printable(one_line) != one_line)
    throw Error(ErrorCode::data, reader.place(), "there is a control character in this name");
}

FirstLine read_first_line(CsvReader& reader) {
  FirstLine line;
  while (reader.has_field()) {
    std::string name(reader.field());
    if (line.names.empty()) line.place = reader.place();
    check_name(name, reader);
    float number = 0;
    if (parse_number(name, number))
      ++line.numbers;
    else if (is_missing_value(name) && line.missing++ == 0)
      line.first_missing = reader.place();
    if (name.empty()) name = "column_" + std::to_string(line.names.size() + 1);
    if (line.names.size() == kMostColumns)
      throw Error(ErrorCode::data, reader.place(), "more than " + std::to_string(kMostColumns) + " columns");
    line.names.push_back(std::move(name));
  }
  return line;
}

bool read_number(CsvReader& reader, const std::string& column, const char* hint, float& value) {
  if (reader.number(value)) return true;
  const std::string_view text = reader.field();
  if (is_missing_value(text)) return false;
  if (!parse_number(text, value))
    throw Error(ErrorCode::data, reader.place(),
                shown_field(text) + " in column " + column + " is no number that a float32 can hold", hint);
  return true;
}

void refuse_short_line(const CsvReader& reader, std::size_t c, std::size_t columns, const std::string& column) {
  throw Error(ErrorCode::data, reader.place(),
              "the line has " + std::to_string(c) + " fields, but there are " + std::to_string(columns) +
                  " columns: " + shown_field(column) + " is not there");
}

void check_line_end(const CsvReader& reader, std::size_t columns) {
  if (reader.has_field())
    throw Error(ErrorCode::data, reader.place(),
                "the line goes on, but there are only " + std::to_string(columns) + " columns",
                "put a field that holds the separator into quotes");
}

TextMap<std::size_t> columns_by_name(const std::vector<std::string>& names, const std::string& place) {
  TextMap<std::size_t> columns;
  columns.reserve(names.size());
  for (std::size_t c = 0; c < names.size(); ++c)
    if (!columns.emplace(names[c], c).second)
      throw Error(ErrorCode::data, place, "two columns are called " + shown_field(names[c]));
  return columns;
}

}  // namespace telar
