// Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747).

#include <array>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <telar/dataset.hpp>
#include <telar/error.hpp>

#include "data/idx_set.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr const char* kHint =
    "Install Debian's package dataset-fashion-mnist, or name a folder with the four files: --data-dir DIR or "
    "TELAR_DATA.";

struct Digest {
  std::string_view name;
  std::string_view sha256;
};
constexpr std::array kDigests{
    Digest{"train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
    Digest{"train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
    Digest{"t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
    Digest{"t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"}};

void verify(const fs::path& file, const std::string& name, const std::string& found) {
  for (const Digest& digest : kDigests) {
    if (digest.name == name && digest.sha256 != found)
      throw Error(ErrorCode::data, file.string(),
                  "not Fashion-MNIST's file: the SHA-256 of its uncompressed bytes is " + found + ", expected " +
                      std::string(digest.sha256));
  }
}

/// `folder`, or its subfolder fashion-mnist if the set is there.
fs::path folder_or_subfolder(const fs::path& folder) {
  std::error_code ignored;
  const datasets::IdxFiles files;
  const fs::path below = folder / "fashion-mnist";
  for (const char* suffix : {"", ".gz"}) {
    if (fs::exists(folder / (files.train_images + suffix), ignored)) return folder;
  }
  return fs::is_directory(below, ignored) ? below : folder;
}

fs::path locate(const fs::path& directory) {
  if (!directory.empty()) return folder_or_subfolder(directory);
  const char* variable = std::getenv("TELAR_DATA");
  if (variable && *variable) return folder_or_subfolder(variable);
  return "/usr/share/datasets/fashion-mnist";
}

}  // namespace

datasets::Pair datasets::fashion_mnist(const fs::path& directory) {
  IdxSetOptions options;
  options.name = "fashion_mnist";
  options.classes = 10;
  options.class_names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                         "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  options.verify = verify;
  try {
    return read_idx_set(locate(directory), {}, options);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::data) throw;
    throw Error(ErrorCode::data, error.where(), error.message(), kHint);
  }
}

}  // namespace telar
