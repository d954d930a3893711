// The nearest of the words that would have been understood.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace telar {

/// The candidate with the fewest insertions, deletions, replacements and swaps of neighbours to `word` (small and
/// capital letters count as equal; an abbreviation of three letters or more counts as one change), or an empty view if
/// even that one needs more than a third of the word's letters (at least 1). The first of equally near ones.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string> candidates);

/// A hint for an unknown word: "did you mean \"epochs\"?", or if none is near "known: batch_size, epochs".
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace telar
