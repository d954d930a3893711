#include "base/sha256.hpp"

#include <array>
#include <openssl/evp.h>

#include <telar/error.hpp>

namespace telar {

namespace {

using State = std::unique_ptr<void, void (*)(void*)>;

State new_state() {
  return {EVP_MD_CTX_new(), [](void* p) { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(p)); }};
}

EVP_MD_CTX* context(const State& state) { return static_cast<EVP_MD_CTX*>(state.get()); }

void require(bool done) {
  if (!done) throw Error(ErrorCode::failure, "OpenSSL", "SHA-256 is not available");
}

}  // namespace

Sha256::Sha256() : state_(new_state()) {
  require(state_ && EVP_DigestInit_ex(context(state_), EVP_sha256(), nullptr) == 1);
}

void Sha256::update(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(context(state_), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() const {
  // Finishing spoils a context, so a copy is finished.
  const State copy = new_state();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  require(copy && EVP_MD_CTX_copy_ex(context(copy), context(state_)) == 1 &&
          EVP_DigestFinal_ex(context(copy), digest.data(), &size) == 1);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

std::string sha256(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

}  // namespace telar
