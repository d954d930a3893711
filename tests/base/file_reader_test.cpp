#include "base/file_reader.hpp"

#include <array>
#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "support/temporary_folder.hpp"

namespace telar {
namespace {

using test::expect_error;
using test::put;
using test::TemporaryFolder;

TEST(FileReader, reads_in_pieces_to_the_end) {
  const TemporaryFolder folder;
  put(folder / "file", "abcde");
  FileReader reader(folder / "file");
  EXPECT_EQ(reader.size(), 5u);
  std::array<std::byte, 3> piece{};
  EXPECT_EQ(reader.read(piece), 3u);
  EXPECT_EQ(piece[2], std::byte{'c'});
  EXPECT_EQ(reader.read(piece), 2u);
  EXPECT_EQ(piece[1], std::byte{'e'});
  EXPECT_EQ(reader.read(piece), 0u);
}

TEST(FileReader, says_what_is_wrong_with_a_file) {
  const TemporaryFolder folder;
  const auto missing = folder / "missing";
  expect_error(ErrorCode::data, missing.string(), "No such file or directory", [&] { FileReader reader(missing); });
  expect_error(ErrorCode::data, folder.path().string(), "no regular file", [&] { FileReader reader(folder.path()); });
}

TEST(FileReader, refuses_a_whole_file_above_the_limit) {
  const TemporaryFolder folder;
  put(folder / "file", "abcde");
  EXPECT_EQ(read_file(folder / "file", 5).size(), 5u);
  expect_error(ErrorCode::data, (folder / "file").string(), "has 5 bytes; at most 4",
               [&] { static_cast<void>(read_file(folder / "file", 4)); });
}

}  // namespace
}  // namespace telar
