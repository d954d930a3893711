#include "base/sha256.hpp"

#include <gtest/gtest.h>
#include <string_view>

namespace telar {
namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

// The examples of FIPS 180-4's companion "SHA256.pdf" (NIST), and the digest of nothing.
TEST(Sha256, gives_the_published_digests) {
  EXPECT_EQ(sha256(bytes("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(bytes(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, does_not_care_how_the_bytes_are_cut) {
  Sha256 hash;
  hash.update(bytes("a"));
  hash.update(bytes(""));
  hash.update(bytes("bc"));
  EXPECT_EQ(hash.hex(), sha256(bytes("abc")));
}

TEST(Sha256, goes_on_after_it_was_asked) {
  Sha256 hash;
  hash.update(bytes("ab"));
  EXPECT_EQ(hash.hex(), sha256(bytes("ab")));
  hash.update(bytes("c"));
  EXPECT_EQ(hash.hex(), sha256(bytes("abc")));
}

}  // namespace
}  // namespace telar
