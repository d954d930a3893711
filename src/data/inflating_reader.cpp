#include "data/inflating_reader.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include <telar/error.hpp>

namespace telar {

namespace {

constexpr std::size_t kInputSize = 64 * 1024;
constexpr std::uint64_t kLargestRatio = 1032;  // of deflate: 258 bytes for two bits
constexpr int kGzipOnly = 16 + MAX_WBITS;      // zlib's code for "expect a gzip header"

bool begins_gzip(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

}  // namespace

InflatingReader::InflatingReader(const std::filesystem::path& file) : file_(file), reader_(file), input_(kInputSize) {
  begin();
}

InflatingReader::InflatingReader(StandardInput source) : file_("stdin"), reader_(source), input_(kInputSize) {
  begin();
}

void InflatingReader::begin() {
  refill();
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

void InflatingReader::refill() { available_ = std::span(input_).first(reader_.read(input_)); }

std::span<const std::byte> InflatingReader::peek() {
  if (peeked_.empty()) {
    std::vector<std::byte> first(kPeeked);
    first.resize(read(first));
    peeked_ = std::move(first);
  }
  return peeked_;
}

std::size_t InflatingReader::read(std::span<std::byte> bytes) {
  const std::size_t known = std::min(bytes.size(), peeked_.size() - taken_);
  std::copy_n(peeked_.begin() + static_cast<std::ptrdiff_t>(taken_), known, bytes.begin());
  taken_ += known;
  return known + read_on(bytes.subspan(known));
}

std::size_t InflatingReader::read_on(std::span<std::byte> bytes) {
  if (gzip_) return inflate_into(bytes);
  const std::size_t ready = std::min(bytes.size(), available_.size());
  std::copy_n(available_.begin(), ready, bytes.begin());
  available_ = available_.subspan(ready);
  return ready + reader_.read(bytes.subspan(ready));
}

std::size_t InflatingReader::inflate_into(std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size() && !stream_ended_) {
    if (available_.empty()) refill();
    if (available_.empty()) fail("the gzip data end early: the file is truncated");
    const std::size_t room = std::min(bytes.size() - done, std::size_t{1} << 30);  // zlib counts with 32 bits
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(available_.data()));
    stream_.avail_in = static_cast<uInt>(available_.size());
    stream_.next_out = reinterpret_cast<Bytef*>(bytes.data() + done);
    stream_.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    available_ = available_.last(stream_.avail_in);
    done += room - stream_.avail_out;
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_STREAM_END)
      fail(std::string("the gzip data are corrupt") + (stream_.msg ? std::string(": ") + stream_.msg : ""));
    if (result == Z_STREAM_END) begin_next_member();
  }
  return done;
}

void InflatingReader::begin_next_member() {
  if (available_.size() < 2) {
    const std::size_t kept = available_.size();
    std::ranges::copy(available_, input_.begin());
    available_ = std::span(input_).first(kept + reader_.read(std::span(input_).subspan(kept)));
  }
  stream_ended_ = !begins_gzip(available_);
  if (!stream_ended_ && inflateReset(&stream_) != Z_OK) throw std::bad_alloc();
}

bool InflatingReader::at_end() {
  std::byte one{};
  if (read({&one, 1}) != 0) return false;
  if (!gzip_) return true;
  if (available_.empty()) refill();
  if (!available_.empty()) fail("there are bytes after the end of the gzip data");
  return true;
}

}  // namespace telar
