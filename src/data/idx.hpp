// The IDX format of MNIST and its descendants: bytes 00 00, type, number of dimensions, one big-endian 32-bit extent
// for each dimension, then the values (http://yann.lecun.com/exdb/mnist, "the IDX file format").
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace telar {

struct IdxArray {
  std::vector<int> shape;            ///< at least one dimension, each extent at least 1
  std::vector<std::uint8_t> values;  ///< row-major, as many as the shape says
  std::string sha256;                ///< of the whole uncompressed file, header included
};

/// Reads unsigned bytes (type 08) from a raw or gzip file; which of the two is told by its contents. The file is not
/// trusted: what its size cannot hold is refused before memory is taken, and no more is inflated than the header
/// declares. Throws Error (data) naming the file: missing, no IDX, more than 8 dimensions, truncated, corrupt, trailing
/// bytes; Error (resource) if memory is short.
[[nodiscard]] IdxArray read_idx(const std::filesystem::path& file);

}  // namespace telar
