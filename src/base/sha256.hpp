// SHA-256 (FIPS 180-4), by OpenSSL.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace telar {

/// The digest of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();

  void update(std::span<const std::byte> bytes);
  /// 64 lower-case hexadecimal digits of everything so far; more may follow.
  [[nodiscard]] std::string hex() const;

 private:
  std::unique_ptr<void, void (*)(void*)> state_;  // OpenSSL's EVP_MD_CTX
};

/// The digest of bytes that are all there: 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256(std::span<const std::byte> bytes);

}  // namespace telar
