// Writes the plain kind of HDF5 that every version of h5py reads: superblock 0, old groups, contiguous data. The same
// tree gives the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace telar {

/// A group, or with `data` a dataset. Values are not copied: they outlive the writing.
struct Hdf5Node {
  std::string name;
  std::vector<Hdf5Node> children{};
  std::vector<std::pair<std::string, std::vector<std::string>>> attributes{};  ///< lists of strings
  std::vector<std::pair<std::string, std::string>> texts{};                    ///< attributes of one string
  std::variant<std::monostate, std::span<const float>, std::int32_t> data{};
  std::vector<int> shape{};

  /// The child of that name, made if there is none: "layers/dense/vars" makes three.
  Hdf5Node& at(std::string_view path);
  void add(std::string name_of_set, std::span<const float> values, std::vector<int> shape_of_set);
  void add(std::string name_of_set, std::int32_t number);
};

[[nodiscard]] std::vector<std::byte> hdf5_bytes(const Hdf5Node& root);

}  // namespace telar
