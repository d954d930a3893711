#include "data/inflating_reader.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include <telar/error.hpp>

#include "base/utf8.hpp"

namespace telar {

namespace {

constexpr std::size_t kInputSize = 64 * 1024;
constexpr std::uint64_t kLargestRatio = 1032;  // of deflate: 258 bytes for two bits
constexpr int kGzipOnly = 16 + MAX_WBITS;      // zlib's code for "expect a gzip header"

bool begins_gzip(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

/// Whether the bytes have a whole line of text that is not empty, which no other format begins with.
bool has_line(std::span<const std::byte> bytes) noexcept {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\0') return false;  // as IDX files begin
    if (text[i] == '\n' && !quoted) return is_utf8(text.substr(0, i));
  }
  return false;
}

}  // namespace

InflatingReader::InflatingReader(const std::filesystem::path& file) : file_(file), reader_(file), input_(kInputSize) {
  begin();
}

InflatingReader::InflatingReader(FileOrPipe source)
    : file_(source.file), reader_(std::move(source)), input_(kInputSize) {
  begin();
}

InflatingReader::InflatingReader(StandardInput source) : file_("stdin"), reader_(source), input_(kInputSize) {
  begin();
}

void InflatingReader::begin() {
  refill(2);
  gzip_ = begins_gzip(available_);
  if (gzip_ && inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
}

InflatingReader::~InflatingReader() {
  if (gzip_) inflateEnd(&stream_);
}

void InflatingReader::fail(const std::string& message) const {
  throw Error(ErrorCode::data, file_.string(), message, "Get the file again.");
}

std::uint64_t InflatingReader::most_bytes() const noexcept {
  return gzip_ && reader_.size() < UINT64_MAX / kLargestRatio ? reader_.size() * kLargestRatio : reader_.size();
}

void InflatingReader::refill(std::size_t least) {
  std::ranges::copy(available_, input_.begin());
  std::size_t filled = available_.size();
  while (filled < least) {
    const std::size_t n = reader_.read_some(std::span(input_).subspan(filled));
    if (n == 0) break;
    filled += n;
  }
  available_ = std::span(input_).first(filled);
}

std::span<const std::byte> InflatingReader::peek() {
  if (peeked_.empty()) {
    std::vector<std::byte> first(kPeeked);
    std::size_t size = 0;
    while (const std::size_t n = read_some(std::span(first).subspan(size))) {
      size += n;
      if (has_line(std::span(first).first(size))) break;
    }
    first.resize(size);
    peeked_ = std::move(first);
  }
  return peeked_;
}

std::size_t InflatingReader::read(std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (const std::size_t n = read_once(bytes.subspan(done))) done += n;
  return done;
}

std::size_t InflatingReader::read_some(std::span<std::byte> bytes) {
  std::size_t done = read_once(bytes);
  while (done > 0 && done < bytes.size() && ready()) {
    const std::size_t n = read_once(bytes.subspan(done));
    if (n == 0) break;
    done += n;
  }
  return done;
}

bool InflatingReader::ready() const {
  return taken_ < peeked_.size() || !available_.empty() || room_filled_ || stream_ended_ || reader_.ready();
}

std::size_t InflatingReader::read_once(std::span<std::byte> bytes) {
  const auto take = [&](std::span<const std::byte> known) {
    const std::size_t count = std::min(bytes.size(), known.size());
    std::ranges::copy(known.first(count), bytes.begin());
    return count;
  };
  if (taken_ < peeked_.size()) {
    const std::size_t count = take(std::span(peeked_).subspan(taken_));
    taken_ += count;
    return count;
  }
  if (gzip_) return inflate_once(bytes);
  if (available_.empty()) return reader_.read_some(bytes);
  const std::size_t count = take(available_);
  available_ = available_.subspan(count);
  return count;
}

std::size_t InflatingReader::inflate_once(std::span<std::byte> bytes) {
  const std::size_t room = std::min(bytes.size(), std::size_t{1} << 30);  // zlib counts with 32 bits
  std::size_t done = 0;
  while (done == 0 && room > 0 && !stream_ended_) {
    if (std::exchange(member_ended_, false)) begin_next_member();
    if (stream_ended_) break;
    if (available_.empty() && !room_filled_) {
      refill(1);
      if (available_.empty()) fail("the gzip data end early: the file is truncated");
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(available_.data()));
    stream_.avail_in = static_cast<uInt>(available_.size());
    stream_.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream_.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    available_ = available_.last(stream_.avail_in);
    done = room - stream_.avail_out;
    room_filled_ = stream_.avail_out == 0 && result == Z_OK;
    member_ended_ = result == Z_STREAM_END;
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    const bool held_nothing = result == Z_BUF_ERROR && available_.empty();
    if (result != Z_OK && result != Z_STREAM_END && !held_nothing)
      fail(std::string("the gzip data are corrupt") + (stream_.msg ? std::string(": ") + stream_.msg : ""));
  }
  return done;
}

void InflatingReader::begin_next_member() {
  refill(2);
  stream_ended_ = !begins_gzip(available_);
  if (!stream_ended_ && inflateReset(&stream_) != Z_OK) throw std::bad_alloc();
}

bool InflatingReader::at_end() {
  std::byte one{};
  if (read({&one, 1}) != 0) return false;
  if (gzip_ && !available_.empty()) fail("there are bytes after the end of the gzip data");
  return true;
}

}  // namespace telar
