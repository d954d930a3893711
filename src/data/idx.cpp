#include "data/idx.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <telar/error.hpp>

#include "base/sha256.hpp"
#include "data/idx_header.hpp"

namespace telar {

namespace {

constexpr std::size_t kPiece = 256 * 1024;  // hashed while it is still in the cache

IdxArray read_bytes_of(const std::filesystem::path& path) {
  const std::string file = path.string();
  InflatingReader reader(path);
  IdxHeader header = read_idx_header(reader, file, true);
  Sha256 hash;
  hash.update(header.bytes);
  IdxArray array;
  array.shape = std::move(header.shape);
  // Grows with what arrives, so that a header that lies costs no memory.
  array.values.reserve(header.values);
  while (array.values.size() < header.values) {
    const std::size_t start = array.values.size();
    array.values.resize(start + static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, header.values - start)));
    const auto piece = std::as_writable_bytes(std::span(array.values).subspan(start));
    const std::size_t n = reader.read(piece);
    if (n < piece.size()) idx_truncated(file, header.bytes.size() + start + n, header.bytes.size() + header.values);
    hash.update(piece);
  }
  if (!reader.at_end())
    throw Error(ErrorCode::data, file,
                "there are bytes after the " + std::to_string(header.values) + " values that its header declares",
                "Get the file again.");
  array.sha256 = hash.hex();
  return array;
}

}  // namespace

IdxArray read_idx(const std::filesystem::path& file) {
  try {
    return read_bytes_of(file);
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::resource, file.string(), "not enough memory to read it");
  }
}

}  // namespace telar
