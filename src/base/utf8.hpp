// Whether bytes are text that a document can hold, and what of them a terminal may see.
#pragma once

#include <string>
#include <string_view>

namespace telar {

/// Whether `text` is well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The text in one line and without what steers a terminal: each control character, and each byte that is part of no
/// character, is a '?'.
[[nodiscard]] std::string printable(std::string_view text);
/// The same of a text of several lines, which it keeps.
[[nodiscard]] std::string printable_lines(std::string_view text);

}  // namespace telar
