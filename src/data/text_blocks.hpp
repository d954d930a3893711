// A table that is too long for the memory, in pieces that begin and end with a line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/inflating_reader.hpp"

namespace telar {

/// Finds where the lines of a table end: not within quotes, which count where a field begins, as in CsvReader.
class LineScanner {
 public:
  explicit LineScanner(char separator) : separator_(separator) {}
  /// Bytes of the lines that end in `text`, which begins with what the last call left over; that is not looked at
  /// again.
  [[nodiscard]] std::size_t whole_lines(std::string_view text);

 private:
  enum class State { field_begins, in_field, quoted, behind_quote };
  void step(char c) noexcept;

  char separator_;
  State state_ = State::field_begins;
  std::size_t left_over_ = 0;
  bool first_ = true;
};

class TextBlocks {
 public:
  /// `name`: for errors. The reader must outlive this.
  TextBlocks(InflatingReader& reader, std::string name, char separator);

  /// The next lines, about 256 KiB of them, or those that a pipe has by now; the table's last may have no end. Valid
  /// until the next call; empty when all was given. Throws Error (data): a line of more than 64 MiB, what the reader
  /// refuses.
  [[nodiscard]] std::string_view next();
  /// Whether next() need not wait for a line to arrive. What next() gave is valid no more.
  [[nodiscard]] bool ready();
  /// Lines before those that next() gave.
  [[nodiscard]] std::size_t lines_before() const noexcept { return lines_before_; }

 private:
  void drop_given();
  void take();

  InflatingReader& reader_;
  std::string name_;
  LineScanner scanner_;
  std::vector<char> buffer_;
  std::size_t filled_ = 0, given_ = 0, whole_ = 0;  // bytes in the buffer; what next() gave; what it will give
  bool ended_ = false;
  std::size_t lines_before_ = 0;
};

}  // namespace telar
