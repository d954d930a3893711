// Headers of HDF5 objects and what their messages say.
#pragma once

#include <vector>

#include "format/hdf5.hpp"
#include "format/hdf5_cursor.hpp"

namespace telar::hdf5 {

struct Message {
  enum Type : unsigned {
    dataspace = 0x01,
    link_info = 0x02,
    datatype = 0x03,
    link = 0x06,
    external_files = 0x07,
    layout = 0x08,
    filters = 0x0b,
    attribute = 0x0c,
    continuation = 0x10,
    symbol_table = 0x11,
    attribute_info = 0x15
  };
  unsigned type = 0;
  std::span<const std::byte> data;
};

/// All messages of the object whose header is at `address`, those of its continuations too.
[[nodiscard]] std::vector<Message> messages_at(const Bytes& file, std::uint64_t address);

struct Space {
  std::vector<std::uint64_t> shape;
  std::uint64_t count = 1;
};
[[nodiscard]] Space read_space(std::span<const std::byte> message);
[[nodiscard]] Hdf5Type read_type(std::span<const std::byte> message);
[[nodiscard]] std::vector<std::uint16_t> read_filters(std::span<const std::byte> message, std::size_t element);
/// Also that the data lie in the file, and are as large as `object` (type and shape) says.
[[nodiscard]] Hdf5Layout read_layout(const Bytes& file, std::span<const std::byte> message, const Hdf5Object& object,
                                     std::vector<std::uint16_t> filters);
[[nodiscard]] Hdf5Attribute read_attribute(const Bytes& file, std::span<const std::byte> message);

/// The strings of `data`, one after the other in elements of `type`.
[[nodiscard]] std::vector<std::string> read_strings(const Bytes& file, const Hdf5Type& type, std::uint64_t count,
                                                    std::span<const std::byte> data);

}  // namespace telar::hdf5
