// The bytes of an HDF5 dataset.
#pragma once

#include <vector>

#include "format/hdf5.hpp"
#include "format/hdf5_cursor.hpp"

namespace telar::hdf5 {

/// All elements in C order, as many as the shape has.
[[nodiscard]] std::vector<std::byte> read_contents(const Bytes& file, const Hdf5Object& dataset);

}  // namespace telar::hdf5
