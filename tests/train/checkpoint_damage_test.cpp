// A checkpoint that is not byte for byte what was written is never taken for one.
#include <csignal>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <telar/telar.hpp>

#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"
#include "train/progress.hpp"

namespace telar::test {
namespace {

namespace fs = std::filesystem;

Dataset ten() {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 10; ++i) {
    features.push_back(static_cast<float>(i) / 10);
    labels.push_back(i % 2);
  }
  return from_arrays({1}, features, labels, 2);
}

Sequential tiny() {
  Sequential model{Input{1}, {Dense{.units = 2, .activation = Activation::softmax}}};
  model.compile({.optimizer = SGD{.momentum = 0.9}, .loss = SparseCategoricalCrossentropy{}});
  return model;
}

class Damage : public testing::Test {
 protected:
  /// A training of two epochs, a checkpoint after each.
  void SetUp() override {
    tiny().fit(ten(), options(2));
    newest_ = folder_ / "b" / "00000001.checkpoint";
    whole_ = get(newest_);
  }
  [[nodiscard]] FitOptions options(int epochs) {
    FitOptions o{.batch_size = 5, .epochs = epochs};
    o.callbacks.emplace_back(BackupAndRestore{.backup_dir = (folder_ / "b").string(), .delete_checkpoint = false});
    o.output = &said_;
    return o;
  }
  /// Whether the file with these bytes is taken for a checkpoint.
  [[nodiscard]] bool is_taken(const std::string& bytes) {
    const fs::path file = folder_ / "damaged";
    put(file, bytes);
    try {
      static_cast<void>(read_progress(file));
      return true;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::data);
      EXPECT_EQ(error.where(), file.string());
      return false;
    }
  }

  TemporaryFolder folder_;
  fs::path newest_;
  std::string whole_;
  std::ostringstream said_;
};

TEST_F(Damage, IsSeenInEveryPrefixAndWhateverStandsBehind) {
  EXPECT_TRUE(is_taken(whole_));
  for (std::size_t size = 0; size < whole_.size(); ++size) EXPECT_FALSE(is_taken(whole_.substr(0, size))) << size;
  EXPECT_FALSE(is_taken(whole_ + '\0'));
  EXPECT_FALSE(is_taken(whole_ + whole_));
}

TEST_F(Damage, IsSeenInEveryByte) {
  ASSERT_LT(whole_.size(), 2000u);
  for (std::size_t at = 0; at < whole_.size(); ++at)
    for (const char other : {'\0', '\xff', static_cast<char>(whole_[at] ^ 1), static_cast<char>(whole_[at] ^ '\x80')}) {
      if (other == whole_[at]) continue;
      std::string bytes = whole_;
      bytes[at] = other;
      EXPECT_FALSE(is_taken(bytes)) << "byte " << at;
    }
}

TEST_F(Damage, OfTheNewestLetsTheOneBeforeBeTaken) {
  Sequential whole = tiny();
  whole.fit(ten(), {.batch_size = 5, .epochs = 3});
  const std::string older = get(folder_ / "b" / "00000000.checkpoint");
  for (std::size_t at = 0; at < whole_.size(); at += 61) {
    fs::remove_all(folder_ / "b");
    fs::create_directory(folder_ / "b");
    put(folder_ / "b" / "00000000.checkpoint", older);
    std::string bytes = whole_;
    bytes[at] ^= 1;
    put(newest_, at % 2 == 0 ? bytes : whole_.substr(0, at));
    Sequential restored = tiny();
    EXPECT_EQ(restored.fit(ten(), options(3)).epochs.size(), 3u);
    EXPECT_EQ(restored.weights_sha256(), whole.weights_sha256()) << at;
  }
}

TEST_F(Damage, DoesNotComeFromAFullDisk) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (rlim_t size = 0; size < whole_.size(); size += whole_.size() / 8) {
    const rlimit small{size, before.rlim_max};
    FitOptions more = options(5);
    setrlimit(RLIMIT_FSIZE, &small);
    const Error error = thrown_by([&] { tiny().fit(ten(), more); });
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(error.code(), ErrorCode::resource);
    EXPECT_NE(error.message().find("File too large"), std::string::npos) << error.message();
    EXPECT_EQ(error.where(), (folder_ / "b" / "00000002.checkpoint").string());
    EXPECT_EQ(get(newest_), whole_);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "b"), fs::directory_iterator()), 2)
        << "nothing half-written";
  }
  std::signal(SIGXFSZ, handler);
}

}  // namespace
}  // namespace telar::test
