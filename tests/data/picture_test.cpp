#include "data/picture.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <telar/error.hpp>

#include "support/expect_error.hpp"
#include "support/pictures.hpp"

namespace telar {
namespace {

using namespace std::string_literals;
using test::expect_error;
using test::jpeg_of;
using test::patterned;
using test::plain;
using test::png_of;
using test::raw_png;

Picture decoded(const std::string& bytes) {
  return decode_picture(std::as_bytes(std::span(bytes.data(), bytes.size())), "a.png");
}

void picture_refused(const std::string& bytes, const std::string& why) {
  expect_error(ErrorCode::data, "a.png", why, [&] { static_cast<void>(decoded(bytes)); });
}

RC_GTEST_PROP(Picture, comes_back_from_png_as_it_was, ()) {
  const auto side = rc::gen::inRange(1, 40);
  const Picture picture = patterned(*side, *side, *rc::gen::element(1, 3));
  const Picture again = decoded(png_of(picture));
  RC_ASSERT(again.height == picture.height && again.width == picture.width && again.channels == picture.channels);
  RC_ASSERT(again.bytes == picture.bytes);
}

TEST(Picture, comes_back_from_jpeg_nearly_as_it_was) {
  for (const int channels : {1, 3}) {
    Picture picture{16, 24, channels, {}};
    for (int y = 0; y < 16; ++y)
      for (int x = 0; x < 24; ++x)
        for (int c = 0; c < channels; ++c)
          picture.bytes.push_back(static_cast<std::uint8_t>(40 + 4 * x + 5 * y + 10 * c));
    const Picture again = decoded(jpeg_of(picture, 100));
    ASSERT_EQ(again.channels, channels);
    ASSERT_EQ(again.bytes.size(), picture.bytes.size());
    for (std::size_t i = 0; i < again.bytes.size(); ++i) EXPECT_NEAR(again.bytes[i], picture.bytes[i], 3) << i;
  }
}

TEST(Picture, has_one_channel_only_if_its_file_is_grey) {
  EXPECT_EQ(decoded(raw_png(2, 1, 8, 0, "\0\x10\x20"s)).bytes, (std::vector<std::uint8_t>{0x10, 0x20}));
  EXPECT_EQ(decoded(raw_png(1, 1, 8, 2, "\0\x10\x20\x30"s)).bytes, (std::vector<std::uint8_t>{0x10, 0x20, 0x30}));
  const std::string palette = test::png_chunk("PLTE", "\x01\x02\x03\x40\x50\x60");
  EXPECT_EQ(decoded(raw_png(2, 1, 8, 3, "\0\1\0"s, palette)).bytes,
            (std::vector<std::uint8_t>{0x40, 0x50, 0x60, 1, 2, 3}));
}

TEST(Picture, of_fewer_or_more_bits_is_one_of_eight) {
  EXPECT_EQ(decoded(raw_png(4, 1, 1, 0, "\0\xa0"s)).bytes, (std::vector<std::uint8_t>{255, 0, 255, 0}));
  EXPECT_EQ(decoded(raw_png(2, 1, 16, 0, "\0\xff\xff\x80\x80"s)).bytes, (std::vector<std::uint8_t>{255, 128}));
}

TEST(Picture, is_seen_before_white_where_it_is_transparent) {
  EXPECT_EQ(decoded(raw_png(2, 1, 8, 4, "\0\x10\0\x10\xff"s)).bytes, (std::vector<std::uint8_t>{255, 0x10}));
}

TEST(Picture, that_is_too_large_is_refused_before_memory_is_taken) {
  picture_refused(raw_png(1u << 30, 1u << 30, 8, 0, "\0"s), "1073741824 x 1073741824 pixels; at most 67108864");
  picture_refused(raw_png(8192, 8192, 8, 0, "\0"s), "truncated: too small for the 8192 x 8192 pixels");
  picture_refused(raw_png(0, 5, 8, 0, "\0"s), "0 x 5 pixels");
  std::string jpeg = jpeg_of(plain(8, 8, 9));
  const std::size_t frame = jpeg.find("\xff\xc0"s);
  jpeg.replace(frame + 5, 4, "\x7f\xff\x7f\xff");
  picture_refused(jpeg, "32767 x 32767 pixels; at most 67108864");
  jpeg.replace(frame + 5, 4, "\x1f\xff\x1f\xff");
  picture_refused(jpeg, "truncated: too small for the 8191 x 8191 pixels");
}

TEST(Picture, that_is_cut_anywhere_is_refused) {
  for (const std::string& whole : {png_of(patterned(9, 7, 3)), jpeg_of(patterned(16, 16, 3))})
    for (std::size_t size = 0; size < whole.size(); ++size) {
      if (whole[0] == '\xff' && size + 2 >= whole.size()) continue;  // all pixels are there, the end mark is not
      EXPECT_THROW(static_cast<void>(decoded(whole.substr(0, size))), Error) << size << " of " << whole.size();
    }
}

TEST(Picture, with_any_bit_of_a_png_changed_is_refused) {
  const std::string whole = png_of(patterned(3, 4, 1));
  for (std::size_t at = 0; at < whole.size() * 8; ++at) {
    std::string bytes = whole;
    bytes[at / 8] = static_cast<char>(bytes[at / 8] ^ (1 << at % 8));
    EXPECT_THROW(static_cast<void>(decoded(bytes)), Error) << "bit " << at;
  }
}

TEST(Picture, of_another_kind_is_refused_by_what_it_is) {
  picture_refused("", "the file is empty");
  picture_refused("GIF89a", "neither a PNG nor a JPEG");
  picture_refused("\x89PNG\r\n\x1a\n", "no header");
  picture_refused(raw_png(2, 2, 8, 0, "\0\1"s), "cannot be read");
  picture_refused(jpeg_of(patterned(8, 8, 4)), "CMYK");
}

TEST(PictureGrey, is_the_brightness_that_an_eye_sees) {
  const Picture colors{1, 4, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}};
  EXPECT_EQ(with_channels(colors, 1).bytes, (std::vector<std::uint8_t>{76, 150, 29, 255}));
  EXPECT_EQ(with_channels(Picture{1, 2, 1, {7, 9}}, 3).bytes, (std::vector<std::uint8_t>{7, 7, 7, 9, 9, 9}));
}

TEST(PictureSize, shrinks_to_the_mean_of_areas) {
  EXPECT_EQ(resized({2, 4, 1, {0, 10, 20, 30, 40, 50, 60, 70}}, 1, 2).bytes, (std::vector<std::uint8_t>{25, 45}));
  // From three to two pixels: each gets one and a half.
  EXPECT_EQ(resized({1, 3, 1, {30, 60, 120}}, 1, 2).bytes, (std::vector<std::uint8_t>{40, 100}));
  EXPECT_EQ(resized({1, 2, 3, {0, 1, 2, 10, 21, 32}}, 1, 1).bytes, (std::vector<std::uint8_t>{5, 11, 17}));
}

TEST(PictureSize, grows_by_lines_between_centres) {
  EXPECT_EQ(resized({1, 2, 1, {0, 100}}, 1, 4).bytes, (std::vector<std::uint8_t>{0, 25, 75, 100}));
  EXPECT_EQ(resized({2, 1, 1, {0, 100}}, 4, 1).bytes, (std::vector<std::uint8_t>{0, 25, 75, 100}));
  EXPECT_EQ(resized({1, 1, 1, {7}}, 2, 3).bytes, std::vector<std::uint8_t>(6, 7));
}

RC_GTEST_PROP(PictureSize, keeps_one_brightness_whatever_the_sizes, ()) {
  const auto side = rc::gen::inRange(1, 60);
  const auto brightness = *rc::gen::arbitrary<std::uint8_t>();
  const Picture picture = resized(plain(*side, *side, brightness), *side, *side);
  RC_ASSERT(picture.bytes == plain(picture.height, picture.width, brightness).bytes);
}

}  // namespace
}  // namespace telar
