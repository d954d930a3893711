#include "data/folds.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include <telar/error.hpp>

#include "base/random.hpp"

namespace telar {

namespace {

using FoldPositions = std::vector<std::uint32_t>;

/// The positions in the order in which they are dealt to the folds.
FoldPositions deal_order(const Dataset& data, FoldOrder order, std::uint64_t seed) {
  FoldPositions positions(data.size());
  std::iota(positions.begin(), positions.end(), 0u);
  if (order == FoldOrder::consecutive) return positions;
  shuffle(positions.data(), positions.size(), Random(seed, Purpose::split, "folds"), 0);
  // Class after class: each goes round the folds where the one before it stopped.
  if (order == FoldOrder::stratified)
    std::ranges::stable_sort(positions, {}, [&](std::uint32_t i) { return data.label(i); });
  return positions;
}

}  // namespace

std::vector<FoldPositions> held_out(const Dataset& data, int folds, FoldOrder order, std::uint64_t seed) {
  const std::string count = std::to_string(folds);
  if (folds < 2) throw Error(ErrorCode::usage, "k_fold", "folds = " + count + ", but must be at least 2");
  if (static_cast<std::size_t>(folds) > data.size())
    throw Error(ErrorCode::usage, "k_fold",
                "there are " + count + " folds, but only " + std::to_string(data.size()) + " samples",
                "each fold holds out at least one");
  if (order == FoldOrder::stratified && !data.has_labels())
    throw Error(ErrorCode::usage, "k_fold", "stratified folds need integer labels, which the data does not have",
                "take FoldOrder::shuffled");
  const FoldPositions dealt = deal_order(data, order, seed);
  const std::size_t number = static_cast<std::size_t>(folds);
  std::vector<FoldPositions> parts(number);
  for (std::size_t i = 0; i < dealt.size(); ++i) {
    // Consecutive samples stay together; others are dealt like cards.
    const std::size_t fold = order == FoldOrder::consecutive ? i * number / dealt.size() : i % number;
    parts[fold].push_back(dealt[i]);
  }
  for (FoldPositions& part : parts) std::ranges::sort(part);
  return parts;
}

std::vector<std::uint32_t> all_but(std::size_t size, const std::vector<std::uint32_t>& positions) {
  FoldPositions all(size), rest;
  std::iota(all.begin(), all.end(), 0u);
  std::ranges::set_difference(all, positions, std::back_inserter(rest));
  return rest;
}

std::vector<std::pair<Dataset, Dataset>> k_fold(const Dataset& data, int folds, FoldOrder order, std::uint64_t seed) {
  std::vector<std::pair<Dataset, Dataset>> parts;
  for (const FoldPositions& out : held_out(data, folds, order, seed))
    parts.emplace_back(data.subset(all_but(data.size(), out)), data.subset(out));
  return parts;
}

}  // namespace telar
