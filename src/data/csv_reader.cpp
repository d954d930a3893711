#include "data/csv_reader.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include <telar/error.hpp>

#include "base/utf8.hpp"

namespace telar {

static_assert(std::endian::native == std::endian::little, "the first of eight digits is the lowest byte");

namespace {

constexpr std::ptrdiff_t kRoom = 32;  // bytes that plain_decimal may look at

/// Reads the digits at `at`, 8 at most, without a branch for each: their number into `value`, how many they are. Eight
/// bytes must be there.
int leading_digits(const char* at, std::uint64_t& value) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  bytes ^= 0x3030303030303030;  // digits are 0 to 9
  // The highest bit of each byte that is no digit; beyond the first of them a carry may set others.
  const std::uint64_t others = ((bytes + 0x7676767676767676) | bytes) & 0x8080808080808080;
  const int count = std::countr_zero(others) / 8;
  value = 0;
  if (count == 0) return 0;
  bytes <<= 64 - 8 * count;  // zeros in front
  bytes = bytes * 10 + (bytes >> 8);
  value =
      ((bytes & 0x000000ff000000ff) * 0x000f424000000064 + ((bytes >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >>
      32;
  return count;
}

/// Reads digits with a point before, among or behind them, 15 at most: their number without the point and the power of
/// ten are float64 numbers, their quotient is the nearest one (Clinger 1990), and the float32 nearest to that is the
/// nearest to the text unless the quotient lies halfway between two. Several times as fast as from_chars. kRoom bytes
/// must be there. Null where this is not enough; what follows the number is the caller's to check.
const char* plain_decimal(const char* at, float& value) {
  constexpr double kPower[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  constexpr int kMostDigits = 15;
  const bool negative = *at == '-';
  if (negative) ++at;
  std::uint64_t digits = 0;
  const int before = leading_digits(at, digits);
  if (before == 8) return nullptr;
  at += before;
  if (*at != '.') {
    const float size = static_cast<float>(digits);  // below 2^24
    value = negative ? -size : size;
    return before == 0 ? nullptr : at;
  }
  std::uint64_t more = 0;
  int behind = leading_digits(++at, more);
  digits = digits * static_cast<std::uint64_t>(kPower[behind]) + more;
  at += behind;
  if (behind == 8) {
    const int rest = leading_digits(at, more);
    if (before + behind + rest > kMostDigits) return nullptr;
    digits = digits * static_cast<std::uint64_t>(kPower[rest]) + more;
    at += rest;
    behind += rest;
  }
  if (before + behind == 0) return nullptr;
  const double quotient = static_cast<double>(digits) / kPower[behind];
  constexpr std::uint64_t kBelowFloat = (std::uint64_t{1} << 29) - 1, kHalf = std::uint64_t{1} << 28;
  if ((std::bit_cast<std::uint64_t>(quotient) & kBelowFloat) == kHalf) return nullptr;
  const float size = static_cast<float>(quotient);
  value = negative ? -size : size;
  return at;
}

}  // namespace

CsvReader::CsvReader(std::string_view text, std::string name, char separator, std::size_t lines_before)
    : text_(text), name_(std::move(name)), separator_(separator), line_(lines_before) {
  if (lines_before == 0 && text_.starts_with("\xef\xbb\xbf")) at_ = 3;  // the mark that Excel puts before UTF-8
}

bool CsvReader::next_line() {
  for (; at_ < text_.size(); ++at_) {
    ++line_;
    line_begin_ = at_;
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    if (text_[at_] == '\n') continue;
    line_done_ = false;
    return true;
  }
  line_done_ = true;
  return false;
}

void CsvReader::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] == '\t' && separator_ != '\t'))) ++at_;
}

void CsvReader::after_field() {
  line_done_ = true;
  if (at_ == text_.size()) return;
  if (text_[at_] == separator_) {
    line_done_ = false;
  } else if (text_[at_] == '\r') {
    ++at_;  // and the LF behind it
  }
  ++at_;
}

std::size_t CsvReader::numbers(std::span<float> values) {
  const char* const end = text_.data() + text_.size();
  const char *at = text_.data() + at_, *last = at;
  std::size_t count = 0;
  while (count < values.size() && !line_done_ && end - at >= kRoom) {
    // Of single digits the processor can guess where the next begins, and need not wait to know.
    if (const auto digit = static_cast<unsigned char>(*at - '0'); digit < 10 && at[1] == separator_) {
      values[count++] = static_cast<float>(digit);
      last = std::exchange(at, at + 2);
      continue;
    }
    const char* stop = plain_decimal(at, values[count]);
    if (stop == nullptr) break;
    if (*stop != separator_) {
      if (*stop == '\r') ++stop;
      if (*stop != '\n') break;
      line_done_ = true;
    }
    last = std::exchange(at, stop + 1);
    ++count;
  }
  if (count == 0) return 0;
  begin_field(static_cast<std::size_t>(last - text_.data()));
  at_ = static_cast<std::size_t>(at - text_.data());
  return count;
}

bool CsvReader::number(float& value) {
  if (numbers({&value, 1}) == 1) return true;
  const char* const end = text_.data() + text_.size();
  float read = 0;
  const auto [stop, problem] = std::from_chars(text_.data() + at_, end, read);
  if (problem != std::errc() || !std::isfinite(read)) return false;
  const bool closed =
      stop == end || *stop == separator_ || *stop == '\n' || (*stop == '\r' && stop + 1 != end && stop[1] == '\n');
  if (!closed) return false;
  begin_field(at_);
  at_ = static_cast<std::size_t>(stop - text_.data());
  after_field();
  value = read;
  return true;
}

void CsvReader::begin_field(std::size_t at) noexcept {
  field_ = at;
  field_line_ = line_;
  field_line_begin_ = line_begin_;
}

std::string_view CsvReader::field() {
  skip_blanks();
  begin_field(at_);
  std::string_view field;
  if (at_ < text_.size() && text_[at_] == '"') {
    field = quoted();
    skip_blanks();
    const bool closed =
        at_ == text_.size() || text_[at_] == separator_ || text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n");
    if (!closed)
      throw Error(ErrorCode::data, place(), "something stands between a closing quote and the separator",
                  "within a quoted field, a quote is written twice");
  } else {
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
    std::size_t end = at_;
    if (at_ < text_.size() && text_[at_] == '\n' && end > field_ && text_[end - 1] == '\r') --end, --at_;
    while (end > field_ && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
    field = text_.substr(field_, end - field_);
  }
  after_field();
  return field;
}

std::string_view CsvReader::quoted() {
  const std::size_t begin = ++at_;
  bool doubled = false;
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == '\n') {
      ++line_;
      line_begin_ = at_ + 1;
    }
    if (text_[at_] != '"') continue;
    if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') break;
    doubled = true;
    ++at_;
  }
  if (at_ == text_.size()) throw Error(ErrorCode::data, place(), "a quote begins here that nothing closes");
  const std::string_view inner = text_.substr(begin, at_ - begin);
  ++at_;
  if (!doubled) return inner;
  unquoted_.clear();
  for (std::size_t i = 0; i < inner.size(); ++i) {
    unquoted_ += inner[i];
    if (inner[i] == '"') ++i;
  }
  return unquoted_;
}

std::string CsvReader::place() const {
  return name_ + ":" + std::to_string(field_line_) + ":" + std::to_string(field_ - field_line_begin_ + 1);
}

std::string shown_field(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  return '"' + printable(text.substr(0, kLongest)) + (text.size() > kLongest ? "...\"" : "\"");
}

}  // namespace telar
