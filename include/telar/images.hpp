// Pictures as samples: handwritten digits, and folders of one's own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <telar/dataset.hpp>

namespace telar::datasets {

/// The 60,000 + 10,000 handwritten digits of MNIST (LeCun, Cortes, Burges), uint8, raw bytes verified by SHA-256.
/// Looked for in `directory`, else in the folder named by TELAR_DATA (or its subfolder mnist), else where `telar data
/// fetch mnist` puts them: telar/mnist in XDG_CACHE_HOME, by default ~/.cache. Files may be gzip or raw. Throws Error
/// (data).
[[nodiscard]] Pair mnist(const std::filesystem::path& directory = {});

/// How pictures become samples, uint8 of shape (height, width), or (height, width, 3) for three channels.
struct ImageOptions {
  int height = 28;   ///< in [1, 4096]
  int width = 28;    ///< in [1, 4096]
  int channels = 1;  ///< 1: grey, 3: red, green and blue
  /// Names of the classes, in order; empty: those that there are, in the order of their bytes.
  std::vector<std::string> classes{};
  int threads = 0;  ///< that decode; 0: one per core this process may use. The pixels do not depend on it.
  /// Called by the calling thread after each picture that it decodes, and when all are: how many of them are done.
  std::function<void(std::size_t done, std::size_t pictures)> progress{};
};

struct ImageFolder {
  Dataset samples;          ///< class by class, within one in the order of the files' names
  std::size_t skipped = 0;  ///< entries that are no class and no picture
};

/// A folder with one sub-folder for each class, named so, and its pictures in it: files that end in .png, .jpg or
/// .jpeg, in small or capital letters. Each picture is stretched to the size asked for: along an axis that shrinks a
/// pixel is the mean of the area it comes from, along one that grows it is interpolated. Hidden entries, other files
/// and folders below a class are skipped and counted; links are followed, but nothing is looked for deeper, so that no
/// circle of links can matter. Throws Error: data naming the file for a picture that is corrupt, truncated or larger
/// than 2^26 pixels, a class without a picture, a name that is not UTF-8, holds control characters or is none of the
/// given classes; usage for options out of range; resource if memory is short.
[[nodiscard]] ImageFolder images(const std::filesystem::path& folder, const ImageOptions& options = {});

}  // namespace telar::datasets
