// A trial's values with more being better in all of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>

namespace telar {

/// As many numbers as there are objectives, at most three; none on the heap, for a search holds them by the thousand.
class Merits {
 public:
  static constexpr std::size_t kMost = 3;

  Merits() = default;
  Merits(std::initializer_list<double> values) : size_(std::min(values.size(), kMost)) {
    std::copy_n(values.begin(), size_, values_.begin());
  }

  void push_back(double value) { values_[size_++] = value; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] double operator[](std::size_t i) const noexcept { return values_[i]; }
  friend bool operator==(const Merits&, const Merits&) = default;

 private:
  std::array<double, kMost> values_{};
  std::size_t size_ = 0;
};

}  // namespace telar
