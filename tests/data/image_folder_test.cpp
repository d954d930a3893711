#include <algorithm>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <telar/images.hpp>

#include "support/expect_error.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace telar {
namespace {

namespace fs = std::filesystem;
using datasets::ImageFolder;
using datasets::ImageOptions;
using datasets::images;
using test::expect_error;
using test::jpeg_of;
using test::plain;
using test::png_of;
using test::put;
using test::TemporaryFolder;

const ImageOptions kSmall{.height = 1, .width = 2};

/// Two classes of cats and dogs, told by their brightness.
class ImageFolders : public testing::Test {
 protected:
  ImageFolders() {
    put_picture("dog/b.png", 20);
    put_picture("dog/A.PNG", 10);
    put(made("cat/z.jpeg"), jpeg_of(plain(8, 8, 200)));
  }
  fs::path made(const fs::path& name) const {
    fs::create_directories((folder_ / name).parent_path());
    return folder_ / name;
  }
  void put_picture(const fs::path& name, std::uint8_t brightness) const {
    put(made(name), png_of(plain(3, 5, brightness)));
  }
  void refused(const fs::path& where, const std::string& why, const ImageOptions& options = kSmall) const {
    expect_error(ErrorCode::data, where.string(), why, [&] { static_cast<void>(images(folder_.path(), options)); });
  }

  TemporaryFolder folder_;
};

TEST_F(ImageFolders, are_classes_and_pictures_in_the_order_of_their_names_bytes) {
  const auto [data, skipped] = images(folder_.path(), kSmall);
  EXPECT_EQ(data.shape(), (std::vector<int>{1, 2}));
  EXPECT_EQ(data.class_names(), (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(std::get<std::vector<std::uint8_t>>(data.storage().features),
            (std::vector<std::uint8_t>{200, 200, 10, 10, 20, 20}));
  EXPECT_EQ(data.storage().labels, (std::vector<std::int32_t>{0, 1, 1}));
  EXPECT_EQ(skipped, 0u);
}

TEST_F(ImageFolders, are_decoded_by_several_threads_as_by_one) {
  for (int i = 100; i < 200; ++i) put_picture("dog/" + std::to_string(i) + ".png", static_cast<std::uint8_t>(i));
  const Dataset data = images(folder_.path(), kSmall).samples;
  const auto& pixels = std::get<std::vector<std::uint8_t>>(data.storage().features);
  ASSERT_EQ(pixels.size(), 206u);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(pixels[2 + 2 * i], 100 + i);
  for (const char* bad : {"dog/150.png", "dog/120.png", "dog/121.png"}) put(folder_ / bad, "");
  refused(folder_ / "dog/120.png", "the file is empty");
}

TEST_F(ImageFolders, are_the_same_for_any_number_of_threads_and_tell_how_far_they_are) {
  for (int i = 100; i < 140; ++i) put_picture("dog/" + std::to_string(i) + ".png", static_cast<std::uint8_t>(i));
  ImageOptions options = kSmall;
  const auto whole = images(folder_.path(), options).samples.storage().features;
  for (const int threads : {1, 2, 64}) {
    std::vector<std::size_t> told;
    options.threads = threads;
    options.progress = [&told](std::size_t done, std::size_t pictures) {
      EXPECT_EQ(pictures, 43u);
      told.push_back(done);
    };
    EXPECT_EQ(images(folder_.path(), options).samples.storage().features, whole) << threads;
    EXPECT_TRUE(std::ranges::is_sorted(told));
    EXPECT_EQ(told.back(), 43u) << threads;
    if (threads == 1) {
      EXPECT_EQ(told.size(), 43u + 1);
    }
  }
  expect_error(ErrorCode::usage, "images", "-1 threads",
               [&] { static_cast<void>(images(folder_.path(), {.threads = -1})); });
}

TEST_F(ImageFolders, may_be_read_in_colour) {
  const Dataset data = images(folder_.path(), {.height = 2, .width = 2, .channels = 3}).samples;
  EXPECT_EQ(data.shape(), (std::vector<int>{2, 2, 3}));
  EXPECT_EQ(std::get<std::vector<std::uint8_t>>(data.storage().features).size(), 36u);
}

TEST_F(ImageFolders, hold_other_things_that_are_skipped_and_counted) {
  put(folder_ / "README.md", "about");
  put(folder_ / ".hidden", "");
  put(folder_ / "cat/notes.txt", "");
  put_picture(".trash/x.png", 1);
  put_picture("cat/deeper/x.png", 1);
  fs::create_directory(folder_ / "cat/folder.png");
  EXPECT_EQ(images(folder_.path(), kSmall).skipped, 6u);
}

TEST_F(ImageFolders, may_hold_links_and_no_circle_of_them_matters) {
  fs::create_directory_symlink(folder_ / "dog", folder_ / "dog/again");
  fs::create_directory_symlink(folder_.path(), folder_ / "cat/up");
  const ImageFolder found = images(folder_.path(), kSmall);
  EXPECT_EQ(found.samples.size(), 3u);
  EXPECT_EQ(found.skipped, 2u);
  fs::create_symlink(folder_ / "dog/b.png", folder_ / "cat/b.png");
  EXPECT_EQ(images(folder_.path(), kSmall).samples.size(), 4u);
  fs::create_symlink("b.png", folder_ / "dog/b2.png");
  fs::remove(folder_ / "dog/b.png");
  fs::create_symlink("b2.png", folder_ / "dog/b.png");
  refused(folder_ / "cat/b.png", "cannot read: Too many levels of symbolic links");
}

TEST_F(ImageFolders, take_their_classes_from_the_training_data_if_these_have_some) {
  ImageOptions options = kSmall;
  options.classes = {"bird", "dog", "cat"};
  const Dataset data = images(folder_.path(), options).samples;
  EXPECT_EQ(data.storage().labels, (std::vector<std::int32_t>{1, 1, 2}));
  EXPECT_EQ(data.classes(), 3);
  options.classes = {"cat", "dogs"};
  refused(folder_.path(), "the class \"dog\" is none of the training data's", options);
  refused(folder_.path(), "did you mean \"dogs\"?", options);
}

TEST_F(ImageFolders, with_a_bad_picture_are_refused_by_its_name) {
  put(folder_ / "dog/c.png", "no picture");
  refused(folder_ / "dog/c.png", "neither a PNG nor a JPEG");
  put(folder_ / "dog/c.png", png_of(plain(9, 9, 1)).substr(0, 60));
  refused(folder_ / "dog/c.png", "truncated");
  put(folder_ / "dog/c.png", "");
  refused(folder_ / "dog/c.png", "the file is empty");
  fs::remove(folder_ / "dog/c.png");
  ASSERT_EQ(mkfifo((folder_ / "dog/c.png").c_str(), 0600), 0);
  refused(folder_ / "dog/c.png", "no regular file");
}

TEST_F(ImageFolders, need_a_picture_for_each_class_and_names_that_can_be_shown) {
  fs::create_directory(folder_ / "empty");
  refused(folder_ / "empty", "no picture is in this folder");
  fs::rename(folder_ / "empty", folder_ / "a\033[2Jb");
  refused(folder_.path(), "control character in the name of \"a?[2Jb\"");
  fs::rename(folder_ / "a\033[2Jb", folder_ / "a\xff");
  refused(folder_.path(), "not UTF-8");
}

TEST_F(ImageFolders, that_are_none_are_refused) {
  TemporaryFolder nothing;
  expect_error(ErrorCode::data, nothing.path().string(), "no folder of pictures",
               [&] { static_cast<void>(images(nothing.path(), kSmall)); });
  expect_error(ErrorCode::data, "/nowhere", "cannot read: No such file",
               [&] { static_cast<void>(images("/nowhere", kSmall)); });
  expect_error(ErrorCode::usage, "images", "a size of 0",
               [&] { static_cast<void>(images(folder_.path(), {.height = 0})); });
  expect_error(ErrorCode::usage, "images", "2 channels",
               [&] { static_cast<void>(images(folder_.path(), {.channels = 2})); });
}

}  // namespace
}  // namespace telar
