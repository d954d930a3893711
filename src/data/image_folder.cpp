// Samples from a folder of pictures.
#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <new>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <telar/error.hpp>
#include <telar/images.hpp>

#include "base/cores.hpp"
#include "base/did_you_mean.hpp"
#include "base/file_reader.hpp"
#include "base/utf8.hpp"
#include "data/csv_reader.hpp"
#include "data/picture.hpp"

namespace telar::datasets {

namespace {

namespace fs = std::filesystem;

constexpr int kMostExtent = 4096;

/// Names of what is in a folder and not hidden, in the order of their bytes, and how many are hidden.
std::vector<std::string> list(const fs::path& folder, std::size_t& hidden) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    if (name.starts_with('.'))
      ++hidden;
    else
      names.push_back(std::move(name));
  }
  if (error) throw Error(ErrorCode::data, folder.string(), "cannot read: " + error.message());
  std::ranges::sort(names);
  return names;
}

bool is_named_as_picture(std::string name) {
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name.ends_with(".png") || name.ends_with(".jpg") || name.ends_with(".jpeg");
}

/// Names of classes go into documents, which are UTF-8, and to terminals, which obey some characters.
void check_class_name(const std::string& name, const fs::path& folder) {
  if (!is_utf8(name)) throw Error(ErrorCode::data, folder.string(), "the name of one of its folders is not UTF-8");
  if (printable(name) != name)
    throw Error(ErrorCode::data, folder.string(), "there is a control character in the name of " + shown_field(name));
}

struct Class {
  fs::path folder;
  std::vector<std::string> pictures;
};

/// Every class with the names of its pictures, and no byte of them.
std::vector<Class> find_classes(const fs::path& folder, std::vector<std::string>& names, std::size_t& skipped) {
  const bool fixed = !names.empty();
  std::vector<Class> classes(names.size());
  std::error_code ignored;
  for (const std::string& name : list(folder, skipped)) {
    if (!fs::is_directory(folder / name, ignored)) {
      ++skipped;
      continue;
    }
    check_class_name(name, folder);
    std::size_t number = classes.size();
    if (fixed) {
      number = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
      if (number == names.size())
        throw Error(ErrorCode::data, folder.string(),
                    "the class " + shown_field(name) + " is none of the training data's", did_you_mean(name, names));
    } else {
      names.push_back(name);
      classes.emplace_back();
    }
    Class& found = classes[number];
    found.folder = folder / name;
    for (std::string& file : list(found.folder, skipped)) {
      if (is_named_as_picture(file) && !fs::is_directory(found.folder / file, ignored))
        found.pictures.push_back(std::move(file));
      else
        ++skipped;
    }
    if (!fixed && found.pictures.empty())
      throw Error(ErrorCode::data, found.folder.string(), "no picture is in this folder",
                  "each folder is a class, with files that end in .png, .jpg or .jpeg");
  }
  return classes;
}

void check_options(const ImageOptions& options) {
  for (const int extent : {options.height, options.width})
    if (extent < 1 || extent > kMostExtent)
      throw Error(ErrorCode::usage, "images",
                  "a size of " + std::to_string(extent) + "; it must be 1 to " + std::to_string(kMostExtent));
  if (options.channels != 1 && options.channels != 3)
    throw Error(ErrorCode::usage, "images", std::to_string(options.channels) + " channels; there are 1 or 3");
  if (options.threads < 0)
    throw Error(ErrorCode::usage, "images", std::to_string(options.threads) + " threads", "0: one per core");
}

/// Decodes pictures one after the other into their places; several threads do so at a time.
class Decoding {
 public:
  Decoding(const std::vector<fs::path>& files, const ImageOptions& options)
      : files_(files),
        options_(options),
        sample_(static_cast<std::size_t>(options.height) * static_cast<std::size_t>(options.width) *
                static_cast<std::size_t>(options.channels)),
        pixels_(files.size() * sample_),
        first_bad_(files.size()) {}

  /// The pixels of all pictures, or the error of the first one that has any.
  std::vector<std::uint8_t> run() {
    {
      const int threads = options_.threads > 0 ? options_.threads : available_cores();
      std::vector<std::jthread> others(std::min(static_cast<std::size_t>(threads), files_.size()) - 1);
      for (std::jthread& other : others) other = std::jthread([this] { work(nullptr); });
      work(options_.progress);
    }
    if (error_) std::rethrow_exception(error_);
    if (options_.progress) options_.progress(files_.size(), files_.size());
    return std::move(pixels_);
  }

 private:
  void work(const std::function<void(std::size_t, std::size_t)>& progress) {
    for (std::size_t i = next_++; i < first_bad_; i = next_++) {
      try {
        const Picture picture = decode_picture(read_file(files_[i], kLargestPicture), files_[i].string());
        const Picture sample = resized(with_channels(picture, options_.channels), options_.height, options_.width);
        std::ranges::copy(sample.bytes, pixels_.begin() + static_cast<std::ptrdiff_t>(i * sample_));
        const std::size_t done = ++done_;
        if (progress) progress(done, files_.size());
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (i < first_bad_) first_bad_ = i, error_ = std::current_exception();
      }
    }
  }

  const std::vector<fs::path>& files_;
  const ImageOptions& options_;
  std::size_t sample_;
  std::vector<std::uint8_t> pixels_;
  std::atomic<std::size_t> next_{0}, done_{0},
      first_bad_;  // those before first_bad_ are still decoded: which is named is no luck
  std::mutex mutex_;
  std::exception_ptr error_;
};

}  // namespace

ImageFolder images(const fs::path& folder, const ImageOptions& options) try {
  check_options(options);
  ImageFolder result;
  Dataset::Storage storage;
  storage.class_names = options.classes;
  const std::vector<Class> classes = find_classes(folder, storage.class_names, result.skipped);
  storage.shape = {options.height, options.width};
  if (options.channels == 3) storage.shape.push_back(3);
  std::vector<fs::path> files;
  for (std::size_t c = 0; c < classes.size(); ++c)
    for (const std::string& name : classes[c].pictures) {
      files.push_back(classes[c].folder / name);
      storage.labels.push_back(static_cast<std::int32_t>(c));
    }
  if (storage.labels.empty())
    throw Error(ErrorCode::data, folder.string(), "no folder of pictures is in this folder",
                "each folder in it is a class, with files that end in .png, .jpg or .jpeg");
  storage.features = Decoding(files, options).run();
  storage.classes = static_cast<int>(storage.class_names.size());
  storage.name = (folder / "").parent_path().filename().string();
  result.samples = Dataset(std::move(storage));
  return result;
} catch (const std::bad_alloc&) {
  throw Error(ErrorCode::resource, folder.string(), "not enough memory to hold its pictures");
}

}  // namespace telar::datasets
