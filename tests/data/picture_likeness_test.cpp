#include "data/picture_likeness.hpp"

#include <gtest/gtest.h>

#include "support/pictures.hpp"

namespace telar {
namespace {

using test::plain;

/// Six by six pixels: a square of `inside` on a ground.
Picture square(std::uint8_t ground, std::uint8_t inside) {
  Picture picture = plain(6, 6, ground);
  for (const int y : {2, 3})
    for (const int x : {2, 3}) picture.bytes[static_cast<std::size_t>(6 * y + x)] = inside;
  return picture;
}

Dataset dataset_of(const std::vector<Picture>& pictures) {
  Dataset::Storage storage;
  storage.shape = {6, 6};
  std::vector<std::uint8_t> bytes;
  for (const Picture& picture : pictures) bytes.insert(bytes.end(), picture.bytes.begin(), picture.bytes.end());
  storage.labels.assign(pictures.size(), 0);
  storage.features = std::move(bytes);
  return Dataset(std::move(storage));
}

PictureTraits traits_of_squares() { return *traits_of(dataset_of({square(0, 180), square(0, 252), square(9, 252)})); }

TEST(PictureTraits, are_border_mean_and_share_of_bright_pixels) {
  const PictureTraits traits = traits_of_squares();
  EXPECT_DOUBLE_EQ(traits.border, 3);
  EXPECT_DOUBLE_EQ(traits.mean_low, 20);
  EXPECT_DOUBLE_EQ(traits.mean_high, 36);
  EXPECT_DOUBLE_EQ(traits.bright_low, 4.0 / 36);
  EXPECT_DOUBLE_EQ(traits.bright_high, 4.0 / 36);
}

TEST(PictureTraits, leave_out_the_half_percent_at_each_end) {
  std::vector<Picture> pictures(1000, plain(6, 6, 100));
  pictures[0] = plain(6, 6, 0);
  pictures[999] = plain(6, 6, 255);
  const PictureTraits traits = *traits_of(dataset_of(pictures));
  EXPECT_EQ(traits.mean_low, 100);
  EXPECT_EQ(traits.mean_high, 100);
}

TEST(PictureTraits, are_of_pictures_of_bytes_alone) {
  EXPECT_FALSE(traits_of(from_arrays({6, 6}, std::vector<float>(36), std::vector<std::int32_t>{0})));
  EXPECT_FALSE(traits_of(Dataset()));
}

TEST(FittedPicture, is_inverted_if_it_stands_before_the_other_ground) {
  const FittedPicture dark = fit_picture(square(250, 40), 6, 6, 1, traits_of_squares());
  EXPECT_TRUE(dark.inverted);
  EXPECT_EQ(dark.picture.bytes, square(5, 215).bytes);
  EXPECT_EQ(dark.warning, "");
  EXPECT_FALSE(fit_picture(square(10, 240), 6, 6, 1, traits_of_squares()).inverted);
  const PictureTraits bright = *traits_of(dataset_of({square(255, 0)}));
  EXPECT_TRUE(fit_picture(square(10, 240), 6, 6, 1, bright).inverted);
  EXPECT_FALSE(fit_picture(square(250, 40), 6, 6, 1, bright).inverted);
}

TEST(FittedPicture, is_not_inverted_where_the_training_pictures_have_no_plain_ground) {
  const PictureTraits varied = *traits_of(dataset_of({plain(6, 6, 0), plain(6, 6, 255)}));
  EXPECT_FALSE(fit_picture(square(250, 40), 6, 6, 1, varied).inverted);
  EXPECT_FALSE(fit_picture(square(5, 40), 6, 6, 1, varied).inverted);
}

TEST(FittedPicture, has_the_channels_and_the_size_that_the_network_takes) {
  const FittedPicture fitted = fit_picture({2, 2, 3, std::vector<std::uint8_t>(12, 77)}, 4, 6, 1, {});
  EXPECT_EQ(fitted.picture.bytes, plain(4, 6, 77).bytes);
  EXPECT_EQ(fitted.warning, "");
  EXPECT_EQ(fit_picture(plain(2, 2, 5), 1, 1, 3, {}).picture.bytes, (std::vector<std::uint8_t>{5, 5, 5}));
}

TEST(FittedPicture, warns_with_both_numbers_where_it_is_unlike_the_training_pictures) {
  EXPECT_EQ(fit_picture(plain(6, 6, 120), 6, 6, 1, traits_of_squares()).warning,
            "its mean brightness is 120, that of 99 % of the training pictures 20 to 36; "
            "0 % of its pixels are bright, of 99 % of the training pictures 11 to 11 %");
}

}  // namespace
}  // namespace telar
