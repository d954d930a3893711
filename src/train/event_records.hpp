// What TensorBoard reads, as bytes: events, each a protocol buffer in a record of TFRecord's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace telar {

/// CRC-32C of Castagnoli's polynomial, as RFC 3720 B.4 has it.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes);

/// One record of a TFRecord file: the length (uint64) and the bytes, each with its CRC behind it, rotated by 15 bits
/// and shifted by a constant. Little-endian.
[[nodiscard]] std::string tfrecord(std::string_view bytes);

// Records of tensorboard.Event (tensorboard/compat/proto/event.proto). `seconds`: since 1970, of the system's clock.

/// The first one of a file: "brain.Event:2".
[[nodiscard]] std::string version_event(double seconds);
/// The training begins at `step`. If the folder has told of a start before, TensorBoard forgets that step and later
/// ones.
[[nodiscard]] std::string start_event(double seconds, std::int64_t step);
/// As tf.summary.scalar writes it: a float32, of the plugin "scalars".
[[nodiscard]] std::string scalar_event(double seconds, std::int64_t step, std::string_view tag, double value);
/// As the plugin "hparams" reads it: `content` is a HParamsPluginData, and is all there is.
[[nodiscard]] std::string hparams_event(double seconds, std::string_view tag, const std::string& content);

/// Now.
[[nodiscard]] double event_seconds();

}  // namespace telar
