#include "base/name_template.hpp"

#include <fmt/format.h>

#include <telar/error.hpp>

namespace telar {

std::string fill_template(std::string_view text, const std::string& where,
                          const std::function<TemplateValue(const std::string& name)>& value) {
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorCode::usage, where, "\"" + std::string(text) + "\" " + what,
                "such as \"{epoch:02d}-{val_loss:.2f}.npz\"; a brace itself is {{ or }}");
  };
  std::string filled;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '{' && c != '}') {
      filled += c;
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == c) {
      filled += c;
      ++i;
      continue;
    }
    const std::size_t end = text.find('}', i);
    if (c == '}' || end == std::string_view::npos) refuse("has a brace without its partner");
    const std::string inner(text.substr(i + 1, end - i - 1));
    const std::string name = inner.substr(0, inner.find(':'));
    const std::string format = name.size() < inner.size() ? inner.substr(name.size() + 1) : "";
    const TemplateValue number = value(name);
    if (!number) refuse("has {" + name + "}, which there is no number for");
    try {
      filled += std::visit([&](auto n) { return fmt::format(fmt::runtime("{:" + format + "}"), n); }, *number);
    } catch (const fmt::format_error& error) {
      refuse("has {" + inner + "}, which is no format for this number (" + error.what() + ")");
    }
    i = end;
  }
  return filled;
}

}  // namespace telar
