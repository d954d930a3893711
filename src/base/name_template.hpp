// File names with numbers in them, as Python's str.format makes them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace telar {

/// What a placeholder stands for: an integer or a real number; nothing for an unknown name.
using TemplateValue = std::optional<std::variant<int, double>>;

/// `text` with {name} and {name:02d}, {name:.2f} ... filled in; {{ and }} are braces. Throws Error (usage) at `where`
/// for a brace without its partner, an unknown name or a format that does not fit the number.
[[nodiscard]] std::string fill_template(std::string_view text, const std::string& where,
                                        const std::function<TemplateValue(const std::string& name)>& value);

}  // namespace telar
