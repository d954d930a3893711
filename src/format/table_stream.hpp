// Samples of a table of comma-separated values.
#pragma once

#include "format/sample_stream.hpp"

namespace telar {

/// A table whose first line names the columns: those of the network's features are found by their names, wherever they
/// stand, those of its targets are not read, and any other must be ignored. Where the network's features have no names,
/// the columns are taken in their order; so are those of a table whose first line is all numbers. Its separator is that
/// of comma, semicolon, tab and options.separator which the first line has most of. Throws Error: data with
/// file:line:column; usage if an option names no column.
[[nodiscard]] SampleStream open_table(SampleSource source, const SampleOptions& options);

}  // namespace telar
