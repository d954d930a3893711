// NumPy arrays of numbers (.npy), of whatever type: bytes stay bytes, all other numbers become float32.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace telar {

struct NpyArray {
  std::vector<int> shape;  ///< any rank, {} for a single number
  /// Row-major, as many as the shape says.
  std::variant<std::vector<std::uint8_t>, std::vector<std::int64_t>, std::vector<float>> values;
};

/// How whole numbers that are no bytes are wanted.
enum class WholeNumbers { as_floats, as_integers };

/// An array file, or the member `name` (with or without ".npy") of an archive. Read are integers of 1 to 8 bytes, bool
/// (as bytes 0 and 1), and floating-point numbers of 4 and 8 bytes, of either byte order, in C or Fortran order. The
/// file is not trusted: what its size cannot hold is refused before memory is taken. Throws Error (data) naming file
/// and member: no array, a type that is none of these, truncated, a number that is not finite or too large for float32,
/// more than 4 GiB; no such member, with those that there are.
[[nodiscard]] NpyArray read_npy(const std::filesystem::path& file, WholeNumbers whole = WholeNumbers::as_floats);
/// The same of an archive, opened once for several (name, how).
[[nodiscard]] std::vector<NpyArray> read_npy_members(const std::filesystem::path& archive,
                                                     const std::vector<std::pair<std::string, WholeNumbers>>& names);

}  // namespace telar
