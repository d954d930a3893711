#include "data/text_blocks.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include <telar/error.hpp>

namespace telar {

namespace {

constexpr std::size_t kBlock = 256 * 1024, kLongestLine = 64 * 1024 * 1024;
constexpr std::string_view kMark = "\xef\xbb\xbf";  // that Excel puts before UTF-8

}  // namespace

void LineScanner::step(char c) noexcept {
  if (state_ == State::quoted) {
    if (c == '"') state_ = State::behind_quote;
  } else if (c == '"' && state_ != State::in_field) {
    state_ = State::quoted;  // behind a quote, this is a doubled one
  } else if (c == separator_ || c == '\n') {
    state_ = State::field_begins;
  } else if (state_ == State::behind_quote || (c != ' ' && c != '\t')) {
    state_ = State::in_field;
  }
}

std::size_t LineScanner::whole_lines(std::string_view text) {
  if (first_ && text.size() < kMark.size() && kMark.starts_with(text)) return 0;
  std::size_t at = left_over_, lines = 0;
  if (std::exchange(first_, false) && text.starts_with(kMark)) at = kMark.size();
  const std::string_view fresh = text.substr(at);
  if (state_ != State::quoted && fresh.find('"') == std::string_view::npos) {
    if (const std::size_t last = fresh.rfind('\n'); last != std::string_view::npos) {
      lines = at + last + 1;
      at = lines;
      state_ = State::field_begins;
    }
  }
  for (; at < text.size(); ++at) {
    step(text[at]);
    if (text[at] == '\n' && state_ != State::quoted) lines = at + 1;
  }
  left_over_ = text.size() - lines;
  return lines;
}

TextBlocks::TextBlocks(InflatingReader& reader, std::string name, char separator)
    : reader_(reader), name_(std::move(name)), scanner_(separator), buffer_(kBlock) {}

void TextBlocks::drop_given() {
  const auto given = buffer_.begin() + static_cast<std::ptrdiff_t>(given_);
  lines_before_ += static_cast<std::size_t>(std::count(buffer_.begin(), given, '\n'));
  std::copy(given, buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
  filled_ -= std::exchange(given_, 0);
}

void TextBlocks::take() {
  if (filled_ == buffer_.size()) {
    if (filled_ >= kLongestLine)
      throw Error(ErrorCode::data, name_ + ":" + std::to_string(lines_before_ + 1),
                  "a line of more than 64 MiB, or a quote that nothing closes");
    buffer_.resize(2 * filled_);
  }
  const std::span<char> room = std::span(buffer_).subspan(filled_);
  const std::size_t n = reader_.read_some(std::as_writable_bytes(room));
  filled_ += n;
  ended_ = n == 0;
  if (ended_) static_cast<void>(reader_.at_end());  // of gzip data, the checksum
  whole_ = ended_ ? filled_ : scanner_.whole_lines({buffer_.data(), filled_});
}

bool TextBlocks::ready() {
  drop_given();
  while (whole_ == 0 && !ended_ && reader_.ready()) take();
  return whole_ > 0 || ended_;
}

std::string_view TextBlocks::next() {
  drop_given();
  while (whole_ == 0 && !ended_) take();
  given_ = std::exchange(whole_, 0);
  return {buffer_.data(), given_};
}

}  // namespace telar
