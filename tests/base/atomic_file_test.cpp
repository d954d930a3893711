#include "base/atomic_file.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/expect_error.hpp"
#include "support/temporary_folder.hpp"

namespace telar {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::get;
using test::put;
using test::TemporaryFolder;

std::size_t number_of_files(const TemporaryFolder& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
}

TEST(AtomicFile, makes_a_new_file_and_nothing_beside_it) {
  const TemporaryFolder folder;
  write_file(folder / "new", "some text");
  EXPECT_EQ(get(folder / "new"), "some text");
  EXPECT_EQ(number_of_files(folder), 1u);
}

TEST(AtomicFile, replaces_a_file_and_keeps_its_mode) {
  const TemporaryFolder folder;
  put(folder / "file", "a much longer old text");
  fs::permissions(folder / "file", fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  write_file(folder / "file", "new");
  EXPECT_EQ(get(folder / "file"), "new");
  EXPECT_EQ(fs::status(folder / "file").permissions(),
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
}

TEST(AtomicFile, takes_any_bytes_and_none) {
  const TemporaryFolder folder;
  const std::string bytes("\0\xff\n\r\0", 5);
  write_file(folder / "bytes", bytes);
  EXPECT_EQ(get(folder / "bytes"), bytes);
  write_file(folder / "bytes", "");
  EXPECT_EQ(get(folder / "bytes"), "");
}

TEST(AtomicFile, follows_a_link_and_leaves_it_a_link) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "elsewhere");
  put(folder / "elsewhere/target", "old");
  fs::create_symlink("elsewhere/target", folder / "link");
  write_file(folder / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(get(folder / "elsewhere/target"), "new");
}

TEST(AtomicFile, takes_the_longest_name_there_is) {
  const TemporaryFolder folder;
  const std::string name(255, 'n');
  write_file(folder / name, "text");
  EXPECT_EQ(get(folder / name), "text");
}

TEST(AtomicFile, half_written_files_of_dead_processes_go_and_those_of_living_ones_stay) {
  const TemporaryFolder folder;
  const pid_t dead = ::fork();
  if (dead == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(dead, nullptr, 0), dead);
  const std::string own = ".telar-" + std::to_string(::getpid()) + "-0.tmp";
  put(folder / (".telar-" + std::to_string(dead) + "-3.tmp"), "half");
  for (const std::string& name : {own, std::string(".telar-x-1.tmp"), std::string("notes.tmp")})
    put(folder / name, "mine");
  remove_temporaries_of_the_dead(folder.path());
  EXPECT_EQ(number_of_files(folder), 3u);
  remove_temporaries_of_the_dead(folder / "missing");
}

TEST(AtomicFile, says_which_file_it_could_not_write_and_why) {
  const TemporaryFolder folder;
  const fs::path missing = folder / "no/such/folder/file";
  expect_error(ErrorCode::resource, missing.string(), "No such file or directory", [&] { write_file(missing, "x"); });
  expect_error(ErrorCode::resource, folder.path().string(), "no regular file", [&] { write_file(folder.path(), "x"); });
  EXPECT_EQ(number_of_files(folder), 0u);
}

TEST(AtomicFile, says_that_a_folder_is_not_writable) {
  const TemporaryFolder folder;
  put(folder / "file", "old");
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_exec);
  // Root may write anywhere: then be somebody else for the moment.
  constexpr uid_t kNobody = 65534;
  const bool root = ::geteuid() == 0;
  if (root) {
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  expect_error(ErrorCode::resource, (folder / "file").string(), "Permission denied",
               [&] { write_file(folder / "file", "new"); });
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  fs::permissions(folder.path(), fs::perms::owner_all);
  EXPECT_EQ(get(folder / "file"), "old");
}

TEST(AtomicFile, leaves_the_old_file_when_the_disk_takes_only_a_part) {
  const TemporaryFolder folder;
  put(folder / "file", "old");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{1000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  expect_error(ErrorCode::resource, (folder / "file").string(), "File too large",
               [&] { write_file(folder / "file", std::string(5000, 'x')); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(get(folder / "file"), "old");
  EXPECT_EQ(number_of_files(folder), 1u);
}

}  // namespace
}  // namespace telar
