#include "format/npz.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <set>
#include <stdexcept>
#include <utility>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "base/file_reader.hpp"
#include "format/npy_header.hpp"
#include "format/zip.hpp"

static_assert(std::endian::native == std::endian::little, "'<f4' is copied as it lies in memory");

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 30;  // of a file, and of its arrays together
constexpr std::string_view kSuffix = ".npy";

// ---- writing --------------------------------------------------------------------------------------------------------

void check(const fs::path& file, std::span<const NpzArray> arrays) {
  std::set<std::string_view> names;
  for (const NpzArray& array : arrays) {
    std::uint64_t count = 0;
    if (array.name.empty() || !names.insert(array.name).second)
      throw Error(ErrorCode::usage, file.string(), "the array name '" + array.name + "' is empty or used twice");
    if (!count_values(array.shape, count) || count != array.values.size())
      throw Error(ErrorCode::usage, file.string(),
                  array.name + ": " + std::to_string(array.values.size()) + " values do not fill its shape");
  }
}

// ---- reading --------------------------------------------------------------------------------------------------------

NpzArray read_array(ZipReader& archive, const ZipMember& member, const std::string& file) {
  ZipReader::Stream stream(archive, member);
  NpzArray array;
  array.name = member.name.substr(0, member.name.size() - kSuffix.size());
  try {
    if (member.size < kNpyPreambleSize) throw std::invalid_argument("it is no NumPy array");
    std::string header(kNpyPreambleSize, '\0');
    stream.read(std::as_writable_bytes(std::span(header)));
    header.resize(npy_header_size(header));
    if (header.size() > member.size) throw std::invalid_argument("its header is truncated");
    stream.read(std::as_writable_bytes(std::span(header)).subspan(kNpyPreambleSize));
    array.shape = parse_npy_float32(header);
    std::uint64_t count = 0;
    const std::uint64_t room = member.size - header.size();
    if (!count_values(array.shape, count) || count > kMostBytes / sizeof(float) || count * sizeof(float) != room)
      throw std::invalid_argument("its " + std::to_string(room) + " bytes of values do not fill its shape");
    array.values.resize(count);
    stream.read(std::as_writable_bytes(std::span(array.values)));
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorCode::data, file, member.name + ": " + error.what());
  }
  stream.finish();
  return array;
}

}  // namespace

void write_npz(const fs::path& file, std::span<const NpzArray> arrays) {
  check(file, arrays);
  std::vector<std::string> contents;
  std::vector<std::pair<std::string, std::span<const std::byte>>> members;
  contents.reserve(arrays.size());
  for (const NpzArray& array : arrays) {
    std::string& member = contents.emplace_back(npy_header(array.shape));
    member.append(reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(float));
    members.emplace_back(array.name + std::string(kSuffix), std::as_bytes(std::span(member)));
  }
  write_file(file, zip_bytes(file.string(), members));
}

std::vector<NpzArray> read_npz(const fs::path& file) {
  try {
    const ByteBuffer bytes = read_file(file, kMostBytes);
    // Numbers hardly shrink: what unpacks to far more than its size is no archive of weights.
    constexpr std::uint64_t kAlwaysFine = std::uint64_t{32} << 20, kMostRatio = 16;
    const std::uint64_t most = std::min(kMostBytes, std::max(kAlwaysFine, kMostRatio * bytes.size()));
    ZipReader archive(file.string(), bytes, most, ".npz archive", "array");
    std::vector<NpzArray> arrays;
    for (const ZipMember& member : archive.members())
      if (!member.name.ends_with(kSuffix) || member.name.size() == kSuffix.size())
        throw Error(ErrorCode::data, file.string(),
                    "its member '" + member.name + "' is no array: the name does not end in .npy");
    arrays.reserve(archive.members().size());
    for (const ZipMember& member : archive.members()) arrays.push_back(read_array(archive, member, file.string()));
    return arrays;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::resource, file.string(), "not enough memory to read it");
  }
}

}  // namespace telar
