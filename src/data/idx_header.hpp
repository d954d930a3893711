// The head of an IDX file: what its values are and how many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/inflating_reader.hpp"

namespace telar {

/// The type of the values, as the third byte of the file has it.
enum class IdxType : std::uint8_t { u8 = 0x08, i8 = 0x09, i16 = 0x0b, i32 = 0x0c, f32 = 0x0d, f64 = 0x0e };
[[nodiscard]] std::size_t size_of(IdxType type) noexcept;

struct IdxHeader {
  IdxType type = IdxType::u8;
  std::vector<int> shape;        ///< 1 to 8 dimensions, each extent at least 1
  std::uint64_t values = 0;      ///< the product of the shape; no more than the file can hold
  std::vector<std::byte> bytes;  ///< the header itself
};

/// Whether a file with this start says that it is IDX.
[[nodiscard]] bool is_idx(std::span<const std::byte> start) noexcept;

/// Reads the head and leaves the reader at the first value. `only_bytes`: other values than unsigned bytes are refused.
/// Throws Error (data) at `file`: no IDX, more dimensions, more values than the file can hold.
[[nodiscard]] IdxHeader read_idx_header(InflatingReader& reader, const std::string& file, bool only_bytes);

/// "Truncated: 10 bytes where its header needs 12", as Error (data).
[[noreturn]] void idx_truncated(const std::string& file, std::uint64_t has, std::uint64_t needs);

}  // namespace telar
