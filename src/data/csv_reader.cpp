#include "data/csv_reader.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <utility>

#include <telar/error.hpp>

namespace telar {

namespace {

/// Reads digits with a point among them whose number without the point is below 2^24: then it and the power of ten are
/// float32 numbers, and their quotient is rounded as from_chars does (Clinger 1990), several times as fast. Where the
/// number goes on, as one with an exponent, or is none, null.
const char* short_decimal(const char* at, const char* end, float& value) {
  constexpr std::uint32_t kMost = ((1u << 24) - 9) / 10;
  constexpr float kPower[] = {1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f, 1e10f};
  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  std::uint32_t digits = 0, count = 0, behind_point = 0;
  bool point = false;
  for (; at != end; ++at) {
    const auto digit = static_cast<std::uint32_t>(static_cast<unsigned char>(*at)) - '0';
    if (digit < 10) {
      if (digits > kMost) return nullptr;
      digits = digits * 10 + digit;
      ++count;
      behind_point += point ? 1 : 0;
    } else if (*at == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  if (count == 0 || behind_point >= std::size(kPower) || (at != end && (*at == 'e' || *at == 'E'))) return nullptr;
  const float size = static_cast<float>(digits) / kPower[behind_point];
  value = negative ? -size : size;
  return at;
}

}  // namespace

CsvReader::CsvReader(std::string_view text, std::string name, char separator)
    : text_(text), name_(std::move(name)), separator_(separator) {
  if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;  // the mark that Excel puts before UTF-8
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

bool CsvReader::number(float& value) {
  const char* const end = text_.data() + text_.size();
  float read = 0;
  const char* stop = short_decimal(text_.data() + at_, end, read);
  if (stop == nullptr) {
    const auto [behind, problem] = std::from_chars(text_.data() + at_, end, read);
    if (problem != std::errc() || !std::isfinite(read)) return false;
    stop = behind;
  }
  const bool closed =
      stop == end || *stop == separator_ || *stop == '\n' || (*stop == '\r' && stop + 1 != end && stop[1] == '\n');
  if (!closed) return false;
  field_ = at_;
  field_line_ = line_;
  field_line_begin_ = line_begin_;
  at_ = static_cast<std::size_t>(stop - text_.data());
  after_field();
  value = read;
  return true;
}

std::string_view CsvReader::field() {
  skip_blanks();
  field_ = at_;
  field_line_ = line_;
  field_line_begin_ = line_begin_;
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
  std::string shown = "\"";
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  return shown + (text.size() > kLongest ? "...\"" : "\"");
}

}  // namespace telar
