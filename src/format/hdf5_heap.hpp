// Fractal heaps and version 2 B-trees: where newer HDF5 files keep the links and attributes of an object that has many.
#pragma once

#include <functional>

#include "format/hdf5_cursor.hpp"

namespace telar::hdf5 {

class FractalHeap {
 public:
  FractalHeap(const Bytes& file, std::uint64_t address);
  /// What the heap has under an ID, which `id` starts with. Only managed objects are read: Keras's are far smaller than
  /// the others.
  [[nodiscard]] std::span<const std::byte> object(std::span<const std::byte> id) const;

 private:
  struct Place {
    std::uint64_t offset, length;
  };
  [[nodiscard]] std::span<const std::byte> in_block(std::uint64_t address, std::uint64_t block_offset,
                                                    std::uint64_t block_size, Place place) const;
  [[nodiscard]] std::uint64_t row_size(std::uint64_t row) const noexcept;
  [[nodiscard]] std::uint64_t row_offset(std::uint64_t row) const noexcept;

  const Bytes& file_;
  std::uint64_t width_ = 0, start_size_ = 0, most_direct_ = 0;
  std::uint64_t root_ = 0, root_rows_ = 0;
  std::size_t offset_width_ = 0, length_width_ = 0;
  std::uint64_t direct_rows_ = 0;
  bool checksums_ = false;
};

/// Calls `visit` for every record of the version 2 B-tree at `address`, which must be of this type.
void for_each_record(const Bytes& file, std::uint64_t address, unsigned type,
                     const std::function<void(std::span<const std::byte>)>& visit);

}  // namespace telar::hdf5
