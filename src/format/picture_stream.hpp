// The one sample that a picture is.
#pragma once

#include "format/sample_stream.hpp"

namespace telar {

/// A PNG or JPEG picture, made as the training pictures are (fit_picture): for networks whose samples are (height,
/// width) or (height, width, channels). A photo that is unlike them, or of which that cannot be told, has a warning or
/// a note. Throws Error: data if the network takes no pictures, or as decode_picture; usage if options name columns.
[[nodiscard]] SampleStream open_picture(SampleSource source, const SampleOptions& options);

}  // namespace telar
