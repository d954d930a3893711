#include "base/utf8.hpp"

#include <cstddef>

namespace telar {

bool is_utf8(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned lead = byte(i++);
    if (lead < 0x80) continue;
    const std::size_t follow = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
    if (follow == 0 || text.size() - i < follow) return false;
    // The byte behind these leads has a smaller range: the rest is overlong, a surrogate, or above U+10FFFF.
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (byte(i) < low || byte(i) > high) return false;
    for (std::size_t k = 1; k < follow; ++k)
      if (byte(i + k) < 0x80 || byte(i + k) > 0xbf) return false;
    i += follow;
  }
  return true;
}

std::string printable(std::string_view text) {
  const bool whole = is_utf8(text);
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool control = (byte < 0x20 && byte != '\n') || byte == 0x7f;
    // U+0080 to U+009F are control characters too; in UTF-8 they begin with C2.
    const bool second = whole && byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (second) ++i;
    shown += control || second || (!whole && byte >= 0x80) ? '?' : text[i];
  }
  return shown;
}

}  // namespace telar
