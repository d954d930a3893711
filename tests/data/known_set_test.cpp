#include "data/known_set.hpp"

#include <gtest/gtest.h>

#include <telar/images.hpp>

#include "support/environment_variable.hpp"
#include "support/expect_error.hpp"
#include "support/idx_bytes.hpp"
#include "support/temporary_folder.hpp"

namespace telar {
namespace {

namespace fs = std::filesystem;
using test::EnvironmentVariable;
using test::expect_error;
using test::TemporaryFolder;

TEST(CacheOfSets, is_where_xdg_says_or_below_home) {
  const EnvironmentVariable home("HOME", "/home/someone");
  {
    const EnvironmentVariable cache("XDG_CACHE_HOME", "/fast");
    EXPECT_EQ(cache_of(mnist_set()), "/fast/telar/mnist");
    EXPECT_EQ(cache_of(fashion_mnist_set()), "/fast/telar/fashion-mnist");
  }
  for (const char* ignored : {static_cast<const char*>(nullptr), "", "relative"}) {
    const EnvironmentVariable cache("XDG_CACHE_HOME", ignored);
    EXPECT_EQ(cache_of(mnist_set()), "/home/someone/.cache/telar/mnist");
  }
  const EnvironmentVariable cache("XDG_CACHE_HOME", nullptr), nobody("HOME", nullptr);
  EXPECT_EQ(cache_of(mnist_set()), "");
}

TEST(Mnist, is_looked_for_in_the_cache_and_believed_by_its_checksum_alone) {
  const TemporaryFolder folder;
  const EnvironmentVariable cache("XDG_CACHE_HOME", folder.path().c_str()), not_set("TELAR_DATA", nullptr);
  const fs::path labels = folder / "telar/mnist/train-labels-idx1-ubyte";
  expect_error(ErrorCode::data, labels.string(), "Say `telar data fetch mnist`, or name a folder",
               [] { static_cast<void>(datasets::mnist()); });
  fs::create_directories(labels.parent_path());
  test::put(labels, test::idx_bytes({2}, "ab"));
  expect_error(ErrorCode::data, labels.string(),
               ", expected 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
               [] { static_cast<void>(datasets::mnist()); });
}

TEST(Mnist, is_found_below_the_folder_that_the_variable_names) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "mnist");
  const EnvironmentVariable variable("TELAR_DATA", folder.path().c_str());
  expect_error(ErrorCode::data, (folder / "mnist/train-labels-idx1-ubyte").string(), "no such file",
               [] { static_cast<void>(datasets::mnist()); });
}

}  // namespace
}  // namespace telar
