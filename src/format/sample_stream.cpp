#include "format/sample_stream.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <telar/error.hpp>

#include "data/idx_header.hpp"
#include "format/array_stream.hpp"
#include "format/npy_header.hpp"
#include "format/picture_stream.hpp"
#include "format/table_stream.hpp"

namespace telar {

namespace {

bool starts_as_npy(std::span<const std::byte> start) {
  return is_npy({reinterpret_cast<const char*>(start.data()), start.size()});
}

/// No control characters but those of lines; nothing at all is text too.
bool starts_as_text(std::span<const std::byte> start) {
  return std::ranges::none_of(start, [](std::byte byte) {
    return (byte < std::byte{0x20} && byte != std::byte{'\t'} && byte != std::byte{'\n'} && byte != std::byte{'\r'}) ||
           byte == std::byte{0x7f};
  });
}

struct SampleFormat {
  const char* name;
  std::vector<std::string_view> endings;  ///< of names that say so, whatever the contents
  bool (*starts)(std::span<const std::byte> start);
  SampleStream (*open)(SampleSource source, const SampleOptions& options);
};

/// In the order in which first bytes are looked at: text is what nothing else is.
const std::vector<SampleFormat>& sample_formats() {
  static const std::vector<SampleFormat> formats{
      {"NumPy array (.npy)", {".npy"}, starts_as_npy, open_npy},
      {"IDX", {}, is_idx, open_idx},
      {"picture (PNG, JPEG)", {".png", ".jpg", ".jpeg"}, is_picture, open_picture},
      {"CSV table", {".csv", ".tsv", ".txt"}, starts_as_text, open_table}};
  return formats;
}

bool says_its_name(const SampleFormat& format, std::string_view file) {
  std::string lower(file);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::string_view name = lower;
  if (name.ends_with(".gz")) name.remove_suffix(3);
  return std::ranges::any_of(format.endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

const SampleFormat& format_of(SampleSource& source) {
  for (const SampleFormat& format : sample_formats())
    if (says_its_name(format, source.name)) return format;
  for (const SampleFormat& format : sample_formats())
    if (format.starts(source.bytes->peek())) return format;
  std::string known;
  for (const SampleFormat& format : sample_formats()) known += (known.empty() ? "" : ", ") + std::string(format.name);
  throw Error(ErrorCode::data, source.name, "of no format that is read", "known: " + known + ", each may be gzipped");
}

}  // namespace

SampleStream open_samples(const std::string& file, const SampleOptions& options) {
  SampleSource source = file == "-" ? SampleSource{"stdin", std::make_unique<InflatingReader>(StandardInput{})}
                                    : SampleSource{file, std::make_unique<InflatingReader>(FileOrPipe{file})};
  const SampleFormat& format = format_of(source);
  return format.open(std::move(source), options);
}

std::size_t sample_width(const std::vector<int>& shape) noexcept {
  std::size_t width = 1;
  for (const int extent : shape) width *= static_cast<std::size_t>(extent);
  return width;
}

}  // namespace telar
