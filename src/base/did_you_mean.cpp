#include "base/did_you_mean.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace telar {

namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Optimal string alignment distance (Damerau 1964): three rows of the table are enough.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0u : 1u)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

bool abbreviates(std::string_view word, std::string_view candidate) {
  constexpr std::size_t kShortest = 3;
  return word.size() >= kShortest && word.size() < candidate.size() &&
         distance(word, candidate.substr(0, word.size())) == 0;
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kLongestWord = 100;  // a longer one is no slip of the finger, and costs quadratic time
  if (word.size() > kLongestWord) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestWord) continue;
    if (const std::size_t d = abbreviates(word, candidate) ? 1 : distance(word, candidate); d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  if (const std::string_view near = nearest(word, candidates); !near.empty())
    return "did you mean \"" + std::string(near) + "\"?";
  std::string known;
  constexpr std::size_t kNamed = 100;
  for (const std::string& candidate : candidates.first(std::min(candidates.size(), kNamed)))
    known += (known.empty() ? "known: " : ", ") + candidate;
  return known + (candidates.size() > kNamed ? ", ..." : "");
}

}  // namespace telar
