// The names in an HDF5 group, however the group keeps them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "format/hdf5_messages.hpp"

namespace telar::hdf5 {

/// Names and the addresses of the object headers that they stand for, in no order. Only hard links are read.
using Links = std::vector<std::pair<std::string, std::uint64_t>>;

inline constexpr std::size_t kMostLinks = 10'000;

/// Of an old group: a B-tree of symbol tables, and a heap of names.
void add_old_links(const Bytes& file, std::span<const std::byte> symbol_table, Links& links);
/// Of a link message.
void add_link(std::span<const std::byte> message, Links& links);
/// Of a link info message: what a new group has in a fractal heap.
void add_dense_links(const Bytes& file, std::span<const std::byte> link_info, Links& links);
/// Of an attribute info message: what an object has in a fractal heap.
void add_dense_attributes(const Bytes& file, std::span<const std::byte> attribute_info,
                          std::vector<Hdf5Attribute>& attributes);

}  // namespace telar::hdf5
