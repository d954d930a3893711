#include <gtest/gtest.h>

#include <telar/dataset.hpp>

#include "support/environment_variable.hpp"
#include "support/expect_error.hpp"
#include "support/idx_bytes.hpp"
#include "support/temporary_folder.hpp"

namespace telar {
namespace {

namespace fs = std::filesystem;
using datasets::fashion_mnist;
using test::expect_error;
using test::get_unzipped;
using test::put;
using test::TemporaryFolder;

const fs::path kDebian = "/usr/share/datasets/fashion-mnist";
constexpr const char* kNames[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                  "t10k-labels-idx1-ubyte"};

/// TELAR_DATA for the time of a test; null: not set.
class DataVariable : public test::EnvironmentVariable {
 public:
  explicit DataVariable(const char* value) : EnvironmentVariable("TELAR_DATA", value) {}
};

class FashionMnist : public testing::Test {
 protected:
  /// Links to Debian's four files in `folder`, which is made.
  static void link_files(const fs::path& folder) {
    fs::create_directories(folder);
    for (const std::string name : kNames) fs::create_symlink(kDebian / (name + ".gz"), folder / (name + ".gz"));
  }
  /// In place of the link, the raw file with one bit flipped at `byte`.
  static fs::path put_flipped(const fs::path& folder, const std::string& name, std::size_t byte) {
    fs::remove(folder / (name + ".gz"));
    std::string bytes = get_unzipped(kDebian / (name + ".gz"));
    bytes[byte] = static_cast<char>(bytes[byte] ^ 1);
    put(folder / name, bytes);
    return folder / name;
  }

  TemporaryFolder folder_;
  DataVariable not_set_{nullptr};
};

TEST_F(FashionMnist, is_found_in_debians_package) {
  const auto [train, test] = fashion_mnist();
  EXPECT_EQ(train.size(), 60'000u);
  EXPECT_EQ(test.size(), 10'000u);
  EXPECT_EQ(train.shape(), (std::vector<int>{28, 28}));
  EXPECT_EQ(train.classes(), 10);
  EXPECT_EQ(train.class_names(), (std::vector<std::string>{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                           "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}));
  EXPECT_EQ(train.name(), "fashion_mnist (train)");
  EXPECT_EQ(test.name(), "fashion_mnist (test)");
}

TEST_F(FashionMnist, keeps_its_pixels_as_bytes) {
  const Dataset test = fashion_mnist().test;
  EXPECT_EQ(std::get<std::vector<std::uint8_t>>(test.storage().features).size(), 10'000u * 784);
}

TEST_F(FashionMnist, has_the_garments_in_equal_shares) {
  const auto [train, test] = fashion_mnist();
  std::vector<int> train_counts(10), test_counts(10);
  for (std::size_t i = 0; i < train.size(); ++i) ++train_counts[static_cast<std::size_t>(train.label(i))];
  for (std::size_t i = 0; i < test.size(); ++i) ++test_counts[static_cast<std::size_t>(test.label(i))];
  EXPECT_EQ(train_counts, std::vector<int>(10, 6000));
  EXPECT_EQ(test_counts, std::vector<int>(10, 1000));
  EXPECT_EQ(train.label(0), 9);  // the ankle boot that every tutorial shows
}

TEST_F(FashionMnist, is_found_zipped_or_raw_in_the_folder_that_is_named) {
  link_files(folder_.path());
  EXPECT_EQ(fashion_mnist(folder_.path()).train.size(), 60'000u);
  for (const std::string name : kNames) {
    put(folder_ / name, get_unzipped(kDebian / (name + ".gz")));
    fs::remove(folder_ / (name + ".gz"));
  }
  EXPECT_EQ(fashion_mnist(folder_.path()).train.size(), 60'000u);
}

TEST_F(FashionMnist, is_found_in_the_folder_that_the_variable_names_or_below_it) {
  link_files(folder_ / "fashion-mnist");
  for (const fs::path& folder : {folder_.path(), folder_ / "fashion-mnist"}) {
    const DataVariable variable(folder.c_str());
    EXPECT_EQ(fashion_mnist().test.size(), 10'000u);
  }
}

TEST_F(FashionMnist, is_looked_for_nowhere_else_once_a_folder_is_named) {
  const std::string missing = (folder_ / "train-labels-idx1-ubyte").string();
  expect_error(ErrorCode::data, missing, "no such file", [&] { static_cast<void>(fashion_mnist(folder_.path())); });
  const DataVariable variable(folder_.path().c_str());
  expect_error(ErrorCode::data, missing, "no such file", [] { static_cast<void>(fashion_mnist()); });
}

TEST_F(FashionMnist, says_what_to_do_when_it_is_missing) {
  for (const char* advice : {"telar data fetch fashion_mnist", "dataset-fashion-mnist", "--data-dir", "TELAR_DATA"})
    expect_error(ErrorCode::data, (folder_ / "train-labels-idx1-ubyte").string(), advice,
                 [&] { static_cast<void>(fashion_mnist(folder_.path())); });
}

TEST_F(FashionMnist, is_taken_from_the_named_folder_before_the_variables) {
  link_files(folder_.path());
  const DataVariable variable("/nowhere");
  EXPECT_EQ(fashion_mnist(folder_.path()).train.size(), 60'000u);
  expect_error(ErrorCode::data, "/nowhere/train-labels-idx1-ubyte", "no such file",
               [] { static_cast<void>(fashion_mnist()); });
}

TEST_F(FashionMnist, is_refused_when_one_bit_of_any_file_is_flipped) {
  for (const std::string name : kNames) {
    SCOPED_TRACE(name);
    const fs::path folder = folder_ / name;
    link_files(folder);
    const fs::path file = put_flipped(folder, name, 9'999);
    expect_error(ErrorCode::data, file.string(), "the SHA-256 of its uncompressed bytes is ",
                 [&] { static_cast<void>(fashion_mnist(folder)); });
  }
}

TEST_F(FashionMnist, is_refused_with_the_digest_that_was_expected) {
  link_files(folder_.path());
  const fs::path file = put_flipped(folder_.path(), "t10k-labels-idx1-ubyte", 5'000);
  expect_error(ErrorCode::data, file.string(),
               ", expected 0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
               [&] { static_cast<void>(fashion_mnist(folder_.path())); });
}

TEST_F(FashionMnist, is_refused_when_a_file_is_truncated) {
  link_files(folder_.path());
  const std::string name = "t10k-images-idx3-ubyte.gz";
  const std::string bytes = test::get(kDebian / name);
  fs::remove(folder_ / name);
  put(folder_ / name, std::string_view(bytes).substr(0, bytes.size() / 2));
  expect_error(ErrorCode::data, (folder_ / name).string(), "truncated",
               [&] { static_cast<void>(fashion_mnist(folder_.path())); });
}

}  // namespace
}  // namespace telar
