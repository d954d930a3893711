// Sets that everybody has: where they are, and what their bytes must be.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <telar/dataset.hpp>

namespace telar {

struct KnownFile {
  std::string_view name;    ///< without ".gz"
  std::string_view sha256;  ///< of the uncompressed bytes
  std::uint64_t bytes = 0;  ///< uncompressed
};

struct KnownSet {
  std::string_view name;    ///< as recipes call it: "fashion_mnist"
  std::string_view title;   ///< as people call it: "Fashion-MNIST"
  std::string_view folder;  ///< its own, in a folder of sets
  std::string_view system;  ///< where a Debian package puts it; empty if there is none
  std::string_view package;
  std::string_view url;  ///< of the folder with the four files, gzip
  std::array<KnownFile, 4> files;
  std::vector<std::string> class_names;
};

[[nodiscard]] const KnownSet& fashion_mnist_set();
[[nodiscard]] const KnownSet& mnist_set();

/// Where fetched files of the set are kept: telar/<folder> in XDG_CACHE_HOME, else in ~/.cache; empty if there is
/// neither.
[[nodiscard]] std::filesystem::path cache_of(const KnownSet& set);

/// The set from `directory`, else TELAR_DATA, else Debian's package, else the cache, each byte verified. Throws Error
/// (data).
[[nodiscard]] datasets::Pair read_known_set(const KnownSet& set, const std::filesystem::path& directory);

}  // namespace telar
