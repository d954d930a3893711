// What the first line of a table says, and its fields that are no plain numbers.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/csv_reader.hpp"

namespace telar {

/// Whether a field stands for a value that is not there: empty, "?", "NA", "NaN", ...
[[nodiscard]] bool is_missing_value(std::string_view field) noexcept;

/// The number of a field that CsvReader::number leaves: with a sign or with blanks in quotes. False if it is none that
/// a float32 can hold.
[[nodiscard]] bool parse_number(std::string_view field, float& value) noexcept;

/// Names go into documents, which are UTF-8, and to terminals, which obey some characters. Throws Error (data) at the
/// reader's place for others.
void check_name(std::string_view name, const CsvReader& reader);

struct FirstLine {
  std::vector<std::string> names;        ///< of the columns; an empty field is "column_3"
  std::size_t numbers = 0, missing = 0;  ///< how many of its fields
  std::string place, first_missing;      ///< of the line; of the first value that is missing
  [[nodiscard]] bool only_numbers() const noexcept { return numbers == names.size(); }
};
/// The next line, as names of columns. Throws Error (data): more than 2^20 columns, what check_name refuses.
[[nodiscard]] FirstLine read_first_line(CsvReader& reader);

/// The next field as a number; false if the value is missing. Throws Error (data) with `hint` for what is no number.
[[nodiscard]] bool read_number(CsvReader& reader, const std::string& column, const char* hint, float& value);

/// Throws Error (data): a line has no field for column `c` of `columns`.
[[noreturn]] void refuse_short_line(const CsvReader& reader, std::size_t c, std::size_t columns,
                                    const std::string& column);
/// Throws Error (data) if the line has more fields than that.
void check_line_end(const CsvReader& reader, std::size_t columns);

/// Looks up views of text; the name is the standard library's.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
};
template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

/// The number of each column by its name. Throws Error (data) at `place` if two have the same.
[[nodiscard]] TextMap<std::size_t> columns_by_name(const std::vector<std::string>& names, const std::string& place);

}  // namespace telar
