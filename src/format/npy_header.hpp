// The head of a .npy file: what NumPy says before the values
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace telar {

/// The head of a little-endian float32 array in C order: magic string, version 1.0, and a dictionary padded so that the
/// values start at a multiple of 64 bytes. numpy.save writes the same bytes.
[[nodiscard]] std::string npy_header(std::span<const int> shape);

/// The bytes that say how long the head is: magic string, version, length of the dictionary.
inline constexpr std::size_t kNpyPreambleSize = 12;

/// Length of the whole head, from the first kNpyPreambleSize bytes of a file. Versions 1.0 and 2.0. Throws
/// std::invalid_argument saying what is wrong; so does parse_npy_header.
[[nodiscard]] std::size_t npy_header_size(std::string_view preamble);

/// Whether a file with this start says that it is a NumPy array.
[[nodiscard]] bool is_npy(std::string_view start) noexcept;

/// What a head says.
struct NpyHeader {
  std::string type;            ///< as NumPy writes it: '<f4' for a little-endian float32
  bool fortran_order = false;  ///< the first axis runs fastest
  std::vector<int> shape;
};

/// From a whole head: what NumPy writes for arrays of one type, in any order of its keys.
[[nodiscard]] NpyHeader parse_npy_header(std::string_view header);
/// The shape of one that must be '<f4' in C order.
[[nodiscard]] std::vector<int> parse_npy_float32(std::string_view header);

/// Number of values of `shape`; false if it cannot be counted.
[[nodiscard]] bool count_values(std::span<const int> shape, std::uint64_t& count);

}  // namespace telar
