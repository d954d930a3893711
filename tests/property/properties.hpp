// What the property tests share: running a property on random networks, and comparing bits.
#pragma once

#include <cstring>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <span>
#include <string>
#include <vector>

#include "support/case_as_telar.hpp"

namespace telar {

/// Runs `property(case, seed)` on random networks; the seed of a failing one is printed.
template <class F>
void expect_for_networks(const std::string& what, const F& property) {
  EXPECT_TRUE(rc::check(what, [&] {
    const auto seed = *rc::gen::arbitrary<std::uint32_t>();
    const oracle::Case c = oracle::random_case(seed);
    RC_LOG() << c.text() << "\n";
    property(c, seed);
  }));
}

inline std::vector<float> weights_of(const Sequential& model) {
  return {model.get_weights().begin(), model.get_weights().end()};
}

/// Equal to the last bit, NaN included.
inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

/// All numbers of a history in one row, for comparison.
inline std::vector<double> numbers_of(const History& history) {
  std::vector<double> all;
  for (const Logs& epoch : history.epochs)
    for (const auto& entry : epoch.entries()) all.push_back(entry.second);
  return all;
}

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

}  // namespace telar
