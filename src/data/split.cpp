// Ways to hold samples out.

#include <algorithm>
#include <cmath>
#include <numeric>

#include <telar/dataset.hpp>
#include <telar/error.hpp>

#include "base/random.hpp"

namespace telar {

namespace {

using Positions = std::vector<std::uint32_t>;

std::string describe_size(const Dataset& data) {
  return (data.name().empty() ? std::string("the data") : data.name()) + " with " + std::to_string(data.size()) +
         " samples";
}

void check_fraction(double fraction) {
  if (!(fraction > 0 && fraction < 1))
    throw Error(ErrorCode::usage, "split",
                "the fraction is " + std::to_string(fraction) + "; it must be between 0 and 1");
}

std::pair<Dataset, Dataset> checked(const Dataset& data, std::pair<Dataset, Dataset> parts) {
  if (parts.first.empty() || parts.second.empty())
    throw Error(ErrorCode::usage, "split", "the fraction leaves one part of " + describe_size(data) + " empty");
  return parts;
}

Positions all_positions(const Dataset& data) {
  Positions positions(data.size());
  std::iota(positions.begin(), positions.end(), 0u);
  return positions;
}

/// (what is not in `held_out`, what is), both in the original order.
std::pair<Dataset, Dataset> part(const Dataset& data, Positions held_out) {
  std::sort(held_out.begin(), held_out.end());
  const Positions all = all_positions(data);
  Positions kept;
  std::set_difference(all.begin(), all.end(), held_out.begin(), held_out.end(), std::back_inserter(kept));
  return checked(data, {data.subset(kept), data.subset(held_out)});
}

std::size_t share(std::size_t n, double fraction) {
  return static_cast<std::size_t>(std::llround(static_cast<double>(n) * fraction));
}

/// How many of each class to hold out so that they are share(sum of counts) together: every class its whole part, then
/// one more for those with the largest remainder, the lower class first among equals.
std::vector<std::size_t> apportion(const std::vector<Positions>& classes, std::size_t total, double fraction) {
  std::vector<std::size_t> seats(classes.size()), order(classes.size());
  std::vector<double> remainder(classes.size());
  std::size_t given = 0;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const double exact = static_cast<double>(classes[c].size()) * fraction;
    seats[c] = static_cast<std::size_t>(exact);
    remainder[c] = exact - std::floor(exact);
    given += seats[c];
  }
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (const std::size_t c : order) {
    if (given >= total) break;
    if (seats[c] == classes[c].size()) continue;
    ++seats[c];
    ++given;
  }
  return seats;
}

}  // namespace

std::pair<Dataset, Dataset> take_first(const Dataset& data, std::size_t n) {
  if (n > data.size())
    throw Error(ErrorCode::usage, "split", "cannot take the first " + std::to_string(n) + " of " + describe_size(data));
  return {data.slice(0, n), data.slice(n, data.size() - n)};
}

std::pair<Dataset, Dataset> split_last(const Dataset& data, double fraction) {
  check_fraction(fraction);
  // Keras's expression, so that its rounding is Keras's too.
  const auto stay = static_cast<std::size_t>(std::floor(static_cast<double>(data.size()) * (1.0 - fraction)));
  return checked(data, take_first(data, stay));
}

std::pair<Dataset, Dataset> split_shuffled(const Dataset& data, double fraction, std::uint64_t seed) {
  check_fraction(fraction);
  Positions drawn = all_positions(data);
  shuffle(drawn.data(), drawn.size(), Random(seed, Purpose::split, "shuffled"), 0);
  drawn.resize(share(data.size(), fraction));
  return part(data, std::move(drawn));
}

std::pair<Dataset, Dataset> split_stratified(const Dataset& data, double fraction, std::uint64_t seed) {
  check_fraction(fraction);
  if (!data.has_labels())
    throw Error(ErrorCode::usage, "split",
                "a stratified split needs integer labels; " + describe_size(data) + " has none",
                "Split first and make one-hot targets of the parts.");
  std::vector<Positions> classes;
  for (const std::uint32_t i : all_positions(data)) {
    const auto c = static_cast<std::size_t>(data.label(i));
    if (c >= classes.size()) classes.resize(c + 1);
    classes[c].push_back(i);
  }
  const std::vector<std::size_t> seats = apportion(classes, share(data.size(), fraction), fraction);
  const Random random(seed, Purpose::split, "stratified");
  Positions drawn;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    shuffle(classes[c].data(), classes[c].size(), random, c);
    drawn.insert(drawn.end(), classes[c].begin(), classes[c].begin() + static_cast<std::ptrdiff_t>(seats[c]));
  }
  return part(data, std::move(drawn));
}

}  // namespace telar
