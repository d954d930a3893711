// How like its training pictures a photo is, and how to make it more so.
#pragma once

#include <optional>
#include <string>

#include <telar/dataset.hpp>

#include "data/picture.hpp"

namespace telar {

/// What training pictures are like, in brightness from 0 to 255. The ranges hold the middle 99 % of the pictures: they
/// go from the 0.5th to the 99.5th percentile.
struct PictureTraits {
  double border = 0;                       ///< mean brightness of the outermost pixels of all pictures
  double mean_low = 0, mean_high = 0;      ///< range of a picture's mean brightness
  double bright_low = 0, bright_high = 0;  ///< range of the share of its pixels of 128 and more, in [0, 1]
};

/// Whether samples of this shape are pictures of bytes: (height, width), (height, width, 1) or (height, width, 3).
[[nodiscard]] bool holds_pictures(const Dataset& data);
/// Sample i of such data.
[[nodiscard]] Picture picture_of(const Dataset& data, std::size_t i);

/// Of at most 10,000 pictures spread evenly over the data; nothing if these are no pictures, or there are none.
[[nodiscard]] std::optional<PictureTraits> traits_of(const Dataset& data);

/// A photo as a network expects it.
struct FittedPicture {
  Picture picture;
  bool inverted = false;
  std::string warning{};  ///< how it is unlike the training pictures; empty if it is not
};

/// Gives the photo so many channels and, if the training pictures stand before a plain ground (a border below 64 or
/// above 191) and the photo before the opposite (its border is on the other side of 127.5), changes bright to dark and
/// dark to bright; then stretches it to the size. The warning says which of the two measures of PictureTraits is
/// outside its range, both numbers included.
[[nodiscard]] FittedPicture fit_picture(const Picture& photo, int height, int width, int channels,
                                        const std::optional<PictureTraits>& training);

}  // namespace telar
