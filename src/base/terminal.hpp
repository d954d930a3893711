// What is at the other end of a stream: a person's terminal, or a file or pipe.
#pragma once

#include <iosfwd>
#include <optional>

namespace telar {

/// True if `out` is std::cout, std::cerr or std::clog and leads to a terminal that can redraw a line (TERM is not
/// "dumb").
[[nodiscard]] bool is_terminal(const std::ostream& out) noexcept;

/// Columns of the terminal behind `out` at this moment; 80 if there is none or it does not say.
[[nodiscard]] int terminal_columns(const std::ostream& out) noexcept;

/// Whether to colour: as `wish` says, else on a terminal unless NO_COLOR is set and not empty (no-color.org).
[[nodiscard]] bool use_color(const std::ostream& out, std::optional<bool> wish = {}) noexcept;

}  // namespace telar
