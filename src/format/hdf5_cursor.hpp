// Reading little-endian numbers of a file that is not trusted, with every step checked.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace telar::hdf5 {

/// What is wrong with a file; whoever knows the file's name makes an Error of it.
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::uint64_t kNowhere = ~std::uint64_t{0};  ///< the address of what there is none of

class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }
  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  std::span<const std::byte> take(std::uint64_t size) {
    if (size > left()) throw Fault("something in it ends too early");
    const auto taken = bytes_.subspan(at_, size);
    at_ += size;
    return taken;
  }
  void skip(std::uint64_t size) { static_cast<void>(take(size)); }
  /// A number of `width` bytes, at most 8.
  std::uint64_t number(std::size_t width) {
    std::uint64_t value = 0;
    const auto taken = take(width);
    for (std::size_t i = width; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(taken[i]);
    return value;
  }
  std::uint64_t address() { return number(8); }
  std::string_view text(std::uint64_t size) {
    const auto taken = take(size);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }
  void expect(std::string_view signature) {
    if (left() < signature.size() || text(signature.size()) != signature)
      throw Fault("there is no '" + std::string(signature) + "' where one must be");
  }
  /// A number that this reader knows one value of.
  void expect(std::uint64_t known, std::size_t width, const char* what) {
    const std::uint64_t found = number(width);
    if (found != known) throw Fault(std::string(what) + " " + std::to_string(found) + " is not read");
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

/// The part of the file from an address on.
class Bytes {
 public:
  explicit Bytes(std::span<const std::byte> bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] Cursor from(std::uint64_t address) const {
    if (address >= bytes_.size()) throw Fault("an address in it lies behind its end");
    return Cursor(bytes_.subspan(address));
  }
  [[nodiscard]] std::span<const std::byte> part(std::uint64_t address, std::uint64_t size) const {
    return from(address).take(size);
  }
  /// `size` bytes, the last 4 of which are the checksum of the others. Returns the others.
  [[nodiscard]] std::span<const std::byte> checked(std::uint64_t address, std::uint64_t size) const;
  /// One of the steps that reading the file may take, however it refers to itself, and more if it hashes or copies
  /// `bytes`. Throws Fault after the last one.
  void step(std::uint64_t bytes = 0) const {
    constexpr std::uint64_t kMost = 1 << 21, kBytesOfAStep = 256;
    steps_ += 1 + bytes / kBytesOfAStep;
    if (steps_ > kMost) throw Fault("it goes round in circles, or is far too complicated");
  }
  /// Counts what is copied out of the file beside its data. Throws Fault if it is too much.
  void keep(std::uint64_t bytes) const {
    constexpr std::uint64_t kMost = std::uint64_t{32} << 20;
    kept_ += bytes;
    if (kept_ > kMost) throw Fault("its texts are too long together");
  }

 private:
  std::span<const std::byte> bytes_;
  mutable std::uint64_t steps_ = 0, kept_ = 0;
};

/// Jenkins's lookup3 with which HDF5 protects its newer structures.
[[nodiscard]] std::uint32_t lookup3(std::span<const std::byte> bytes) noexcept;

/// Bytes that a number up to `most` needs.
[[nodiscard]] constexpr std::size_t width_for(std::uint64_t most) noexcept {
  return most == 0 ? 1 : (static_cast<std::size_t>(std::bit_width(most)) - 1) / 8 + 1;
}

}  // namespace telar::hdf5
