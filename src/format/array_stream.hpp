// Samples of arrays: NumPy's .npy and IDX.
#pragma once

#include "format/sample_stream.hpp"

namespace telar {

/// An array (N, shape...) of bytes, whole numbers or floats of any width and byte order, in C order; (N, n) where a
/// sample has n numbers in all. Throws Error: data naming what does not fit; usage if options name columns.
[[nodiscard]] SampleStream open_npy(SampleSource source, const SampleOptions& options);
[[nodiscard]] SampleStream open_idx(SampleSource source, const SampleOptions& options);

}  // namespace telar
