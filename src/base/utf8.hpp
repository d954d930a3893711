// Whether bytes are text that a document can hold.
#pragma once

#include <string_view>

namespace telar {

/// Whether `text` is well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace telar
