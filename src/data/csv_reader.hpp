// Comma-separated values as RFC 4180 has them, field by field, with the place of each.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace telar {

/// Reads a text from its start: fields that a separator divides, lines that end in LF, CRLF or with the text, quotes
/// around fields that hold any of these, doubled within. Spaces and tabs around a field do not count. Empty lines are
/// passed over.
class CsvReader {
 public:
  /// `name`: what the places of errors begin with. `lines_before`: of the same table, which were read otherwise; the
  /// mark of UTF-8 counts at the very start alone. The text must outlive the reader.
  CsvReader(std::string_view text, std::string name, char separator, std::size_t lines_before = 0);

  /// Goes to the next line that is not empty; false if there is none.
  [[nodiscard]] bool next_line();
  /// Whether the line at hand has another field.
  [[nodiscard]] bool has_field() const noexcept { return !line_done_; }

  /// The next field; valid until the one after it is read. Throws Error (data): a quote that nothing closes, or
  /// something between a closing quote and the separator.
  [[nodiscard]] std::string_view field();
  /// The same for a field that is nothing but a finite number: true, and the field is read. Else false, and it is not.
  [[nodiscard]] bool number(float& value);
  /// The same for several fields of the line, as long as they are short decimals: how many were read. A fast way; what
  /// stops it may still be a number.
  [[nodiscard]] std::size_t numbers(std::span<float> values);

  /// Of the field that was read last, from 1: "wine.csv:12:8".
  [[nodiscard]] std::string place() const;
  [[nodiscard]] std::size_t line() const noexcept { return field_line_; }

 private:
  [[nodiscard]] std::string_view quoted();
  void begin_field(std::size_t at) noexcept;
  void after_field();
  void skip_blanks();

  std::string_view text_;
  std::string name_;
  char separator_;
  std::size_t at_ = 0, line_begin_ = 0, line_ = 0;
  std::size_t field_ = 0, field_line_ = 0, field_line_begin_ = 0;  // of the last field
  bool line_done_ = true;
  std::string unquoted_;
};

/// A field for people: in quotes, without what a terminal might take for more, and cut where it is long.
[[nodiscard]] std::string shown_field(std::string_view text);

}  // namespace telar
