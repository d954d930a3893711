// NumPy archives (.npz): named float32 arrays that Python opens with numpy.load.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace telar {

struct NpzArray {
  std::string name;           ///< "dense/kernel"; its member of the archive is "dense/kernel.npy"
  std::vector<int> shape;     ///< any rank, {} for a single number
  std::vector<float> values;  ///< row-major, as many as the shape says
};

/// Writes all arrays, atomically, without compression; the same arrays give the same bytes. Throws Error: usage if two
/// names are equal, one is empty or values and shape disagree; resource if the file cannot be written.
void write_npz(const std::filesystem::path& file, std::span<const NpzArray> arrays);

/// The arrays of a file in its order. The file is not trusted: members must be stored or deflated float32 arrays in C
/// order with names of their own, as large as their header says, at most 4 GiB together. Throws Error (data) naming
/// file and member.
[[nodiscard]] std::vector<NpzArray> read_npz(const std::filesystem::path& file);

}  // namespace telar
