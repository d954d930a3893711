// Whether bytes are text that a document can hold, and what can be shown of them.
#pragma once

#include <string>
#include <string_view>

namespace telar {

/// Whether `text` is well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The text as a terminal and a page may show it: '?' for control characters but line feeds, and for every byte beyond
/// ASCII if the whole is not well-formed UTF-8.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace telar
