// Hostile and damaged files of Keras's formats: refused, or provably harmless. What that costs: attack_costs_test.cpp.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <telar/telar.hpp>

#include "base/file_reader.hpp"
#include "format/hdf5.hpp"
#include "support/temporary_folder.hpp"

namespace telar::test {
namespace {

/// A file in memory that a test changes again and again.
class ShapedFile {
 public:
  explicit ShapedFile(const std::string& bytes) : descriptor_(memfd_create("model.keras", 0)) { write_at(0, bytes); }
  ~ShapedFile() { ::close(descriptor_); }
  ShapedFile(const ShapedFile&) = delete;
  ShapedFile& operator=(const ShapedFile&) = delete;
  void write_at(std::size_t at, std::string_view bytes) const {
    if (pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(at)) != static_cast<ssize_t>(bytes.size()))
      ADD_FAILURE() << "no memory";
  }
  void cut(std::size_t size) const {
    if (ftruncate(descriptor_, static_cast<off_t>(size)) != 0) ADD_FAILURE() << "cannot cut";
  }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kStride = 7;  // a load takes ten times as long there
#else
constexpr std::size_t kStride = 1;
#endif

Sequential small_model() {
  Sequential model(Input{4},
                   {Dense{.units = 3, .activation = Activation::relu}, BatchNormalization{}, Dense{.units = 2}}, 5);
  model.compile({.optimizer = SGD{}, .loss = MeanSquaredError{}, .metrics = {MeanAbsoluteError{}}});
  return model;
}

std::string small_file(const Sequential& model) {
  const TemporaryFolder folder;
  model.save(folder / "m.keras");
  return get(folder / "m.keras");
}

/// True if it loads; then it must be the same network.
bool loads_unchanged(const std::string& path, const Sequential& original) {
  try {
    const Sequential model = Sequential::load(path);
    EXPECT_EQ(model.weights_sha256(), original.weights_sha256());
    EXPECT_EQ(model.layers().size(), original.layers().size());
    EXPECT_EQ(model.compiled().optimizer.index(), original.compiled().optimizer.index());
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data) << error.what();
    EXPECT_FALSE(error.message().empty());
    return false;
  }
}

TEST(KerasAttacks, EveryPrefixOfAFileIsRefused) {
  const Sequential model = small_model();
  const std::string bytes = small_file(model);
  EXPECT_NEAR(static_cast<double>(bytes.size()), 12'000, 4'000);
  const ShapedFile file(bytes);
  for (std::size_t size = bytes.size(); size-- > 0;) {
    if (size % kStride != 0) continue;
    file.cut(size);
    EXPECT_FALSE(loads_unchanged(file.path(), model)) << size;
  }
}

TEST(KerasAttacks, EveryChangedByteIsRefusedOrChangesNothing) {
  const Sequential model = small_model();
  std::string bytes = small_file(model);
  const ShapedFile file(bytes);
  std::size_t harmless = 0;
  for (std::size_t i = 0; i < bytes.size(); i += kStride) {
    const char good = bytes[i];
    for (const int bad : {0x00, 0xff, good ^ 1, good ^ 0x80}) {
      const char byte = static_cast<char>(bad);
      if (byte == good) continue;
      file.write_at(i, {&byte, 1});
      harmless += loads_unchanged(file.path(), model) ? 1 : 0;
    }
    file.write_at(i, {&good, 1});
  }
  // Times, versions and attributes of the archive's members: some forty bytes of each.
  EXPECT_LT(harmless, 3 * 40 * 4);
  EXPECT_TRUE(loads_unchanged(file.path(), model));
}

TEST(KerasAttacks, EveryPrefixAndChangedByteOfAnHdf5FileEndsWell) {
  // Here nothing has a checksum: numbers may change, but never sizes or the program's memory.
  const auto folder = std::filesystem::path(TELAR_TESTS_DIR) / "fuzz/corpus/hdf5";
  for (const char* name : {"good-one-chunk", "good-v108"}) {
    const std::string bytes = get(folder / name);
    const auto read_all = [](std::string_view text) {
      try {
        const Hdf5File file("h5", std::as_bytes(std::span(text)));
        if (const Hdf5Object* kernel = file.find("layers/dense/vars/0"); kernel != nullptr && kernel->is_dataset) {
          EXPECT_EQ(file.floats(*kernel).size(), kernel->count);
        }
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::data);
      }
    };
    for (std::size_t size = 0; size < bytes.size(); ++size) read_all(std::string(bytes, 0, size));
    std::string changed = bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      for (const int bad : {0x00, 0xff, bytes[i] ^ 1, bytes[i] ^ 0x80}) {
        changed[i] = static_cast<char>(bad);
        read_all(changed);
      }
      changed[i] = bytes[i];
    }
  }
}

TEST(KerasAttacks, WhatWasFoundOnceEndsInAMessage) {
  const auto corpus = std::filesystem::path(TELAR_TESTS_DIR) / "fuzz/corpus";
  for (const char* name :
       {"many-attributes", "chunk-bomb", "many-axes", "links-of-links", "record-of-nothing", "escapes"}) {
    const ShapedFile file(get(corpus / "keras" / (std::string("found-") + name)));
    try {
      static_cast<void>(Sequential::load(file.path()));
      ADD_FAILURE() << name << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::data) << name;
    }
  }
  const ByteBuffer links = read_file(corpus / "hdf5/found-record-of-nothing", 1 << 20);
  EXPECT_THROW(Hdf5File("h5", links), Error);
  // A rate that is none: the network is there, with the rate of its compilation.
  const ShapedFile file(get(corpus / "keras/found-null-rate"));
  EXPECT_EQ(Sequential::load(file.path()).outputs(), 2);
}

/// Loads every file of the corpus and expects those called good..., and no others, to be taken.
template <class Load>
void expect_refusals(const std::string& corpus, const Load& load) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TELAR_TESTS_DIR) / "fuzz/corpus" / corpus)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("found-") || name.starts_with("good-split")) continue;
    ++files;
    std::string refusal;
    try {
      load(entry.path());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::data) << name;
      refusal = error.what();
    }
    EXPECT_EQ(refusal.empty(), name.starts_with("good")) << name << ": " << refusal;
  }
  EXPECT_GE(files, 25U);
}

TEST(KerasAttacks, TheListOfAttacksIsRefused) {
  expect_refusals("keras", [](const std::filesystem::path& path) {
    const ShapedFile file(get(path));
    static_cast<void>(Sequential::load(file.path()));
  });
  expect_refusals("hdf5", [](const std::filesystem::path& path) {
    const ByteBuffer bytes = read_file(path, 1 << 20);
    const Hdf5File file(path.string(), bytes);
    static_cast<void>(file.floats(*file.find("layers/dense/vars/0")));
  });
}

}  // namespace
}  // namespace telar::test
