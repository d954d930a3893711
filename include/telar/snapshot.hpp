// What a training goes on from, value by value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace telar {

/// Values one after the other: a new one takes them, one of stored bytes gives them back in the same order. So one
/// function says both what is kept and how it comes back. Little-endian, and the same bits.
class Snapshot {
 public:
  Snapshot() = default;
  /// `bytes` must outlive it.
  explicit Snapshot(std::span<const std::byte> bytes) : stored_(bytes), reading_(true) {}

  /// Whether value() sets its argument from what is stored.
  [[nodiscard]] bool reading() const noexcept { return reading_; }
  /// What was taken so far.
  [[nodiscard]] const std::vector<std::byte>& bytes() const noexcept { return taken_; }
  /// How many stored bytes have not been read.
  [[nodiscard]] std::size_t left() const noexcept { return stored_.size(); }

  // All throw Error (data) if the stored bytes end before the value does, or are none of its kind.
  void value(bool& v);
  void value(int& v);
  void value(std::int64_t& v);
  void value(std::uint64_t& v);
  void value(float& v);
  void value(double& v);
  void value(std::string& v);
  void value(std::vector<std::byte>& v);
  void value(std::vector<float>& v);
  void value(std::vector<double>& v);

  template <class T>
  void value(std::optional<T>& v) {
    bool there = v.has_value();
    value(there);
    if (reading_) v = there ? std::optional<T>(T{}) : std::nullopt;
    if (v) value(*v);
  }
  /// Elements by `each`(element), which must call value() at least once.
  template <class T, class Each>
  void values(std::vector<T>& v, Each each) {
    const std::size_t count = size(v.size(), 1);
    if (reading_) v.clear();
    for (std::size_t i = 0; i < count; ++i) {
      if (reading_) v.emplace_back();
      each(v[i]);
    }
  }

 private:
  void raw(void* data, std::size_t bytes);
  /// Stores a number of elements; reading, refuses one whose elements cannot all be there.
  [[nodiscard]] std::size_t size(std::size_t count, std::size_t bytes_of_each);
  template <class T>
  void array(T& v);

  std::vector<std::byte> taken_;
  std::span<const std::byte> stored_;
  bool reading_ = false;
};

}  // namespace telar
