#include "base/base64.hpp"

#include <algorithm>
#include <openssl/evp.h>

namespace telar {

std::string base64(std::span<const std::byte> bytes) {
  constexpr std::size_t kPiece = 3 << 20;  // OpenSSL counts with int; a multiple of 3 has no padding
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    const auto piece = bytes.subspan(at, std::min(kPiece, bytes.size() - at));
    std::string encoded((piece.size() + 2) / 3 * 4 + 1, '\0');  // and the zero that OpenSSL ends with
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                    reinterpret_cast<const unsigned char*>(piece.data()), static_cast<int>(piece.size()));
    encoded.pop_back();
    text += encoded;
  }
  return text;
}

}  // namespace telar
