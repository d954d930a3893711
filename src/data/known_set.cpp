#include "data/known_set.hpp"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include <telar/error.hpp>
#include <telar/images.hpp>

#include "data/idx_set.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

/// `folder`, or its subfolder for the set if the files are there.
fs::path folder_or_subfolder(const fs::path& folder, const KnownSet& set) {
  std::error_code ignored;
  const datasets::IdxFiles files;
  const fs::path below = folder / set.folder;
  for (const char* suffix : {"", ".gz"}) {
    if (fs::exists(folder / (files.train_images + suffix), ignored)) return folder;
  }
  return fs::is_directory(below, ignored) ? below : folder;
}

fs::path locate(const KnownSet& set, const fs::path& directory) {
  if (!directory.empty()) return folder_or_subfolder(directory, set);
  const char* variable = std::getenv("TELAR_DATA");
  if (variable && *variable) return folder_or_subfolder(variable, set);
  fs::path fetched = cache_of(set);
  std::error_code ignored;
  if (set.system.empty() || (!fs::is_directory(set.system, ignored) && fs::is_directory(fetched, ignored)))
    return fetched;
  return set.system;
}

std::string advice(const KnownSet& set) {
  return "Say `telar data fetch " + std::string(set.name) + "`, " +
         (set.package.empty() ? std::string() : "install Debian's package " + std::string(set.package) + ", ") +
         "or name a folder with the four files: --data-dir DIR or TELAR_DATA.";
}

}  // namespace

// Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747.
const KnownSet& fashion_mnist_set() {
  static const KnownSet set{
      .name = "fashion_mnist",
      .title = "Fashion-MNIST",
      .folder = "fashion-mnist",
      .system = "/usr/share/datasets/fashion-mnist",
      .package = "dataset-fashion-mnist",
      .url = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
      .files =
          {{{"train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888", 47'040'016},
            {"train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9", 60'008},
            {"t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b", 7'840'016},
            {"t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34", 10'008}}},
      .class_names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                      "Ankle boot"}};
  return set;
}

// LeCun, Cortes, Burges: http://yann.lecun.com/exdb/mnist.
const KnownSet& mnist_set() {
  static const KnownSet set{
      .name = "mnist",
      .title = "MNIST",
      .folder = "mnist",
      .system = {},
      .package = {},
      .url = "https://storage.googleapis.com/cvdf-datasets/mnist/",
      .files =
          {{{"train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", 47'040'016},
            {"train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 60'008},
            {"t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", 7'840'016},
            {"t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", 10'008}}},
      .class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}};
  return set;
}

fs::path cache_of(const KnownSet& set) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  fs::path folder;
  if (cache && *cache == '/')  // the specification says to ignore what is relative
    folder = cache;
  else if (home && *home)
    folder = fs::path(home) / ".cache";
  return folder.empty() ? folder : folder / "telar" / set.folder;
}

datasets::Pair read_known_set(const KnownSet& set, const fs::path& directory) {
  IdxSetOptions options;
  options.name = set.name;
  options.classes = static_cast<int>(set.class_names.size());
  options.class_names = set.class_names;
  options.verify = [&set](const fs::path& file, const std::string& name, const std::string& found) {
    const auto known = std::ranges::find(set.files, name, &KnownFile::name);
    if (known != set.files.end() && known->sha256 != found)
      throw Error(ErrorCode::data, file.string(),
                  "not " + std::string(set.title) + "'s file: the SHA-256 of its uncompressed bytes is " + found +
                      ", expected " + std::string(known->sha256));
  };
  try {
    return read_idx_set(locate(set, directory), {}, options);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::data) throw;
    throw Error(ErrorCode::data, error.where(), error.message(), advice(set));
  }
}

datasets::Pair datasets::fashion_mnist(const fs::path& directory) {
  return read_known_set(fashion_mnist_set(), directory);
}

datasets::Pair datasets::mnist(const fs::path& directory) { return read_known_set(mnist_set(), directory); }

}  // namespace telar
