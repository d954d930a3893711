// Ctrl-C and friends.
#pragma once

namespace telar::cli {

/// A full disk or a closed pipe shall come back as an error of the write, not end the program.
void ignore_write_signals();

/// From now on the first SIGINT or SIGTERM is only noted; a second one ends the program at once.
void watch_stop_signals();

/// The noted signal; 0 if there was none.
[[nodiscard]] int stop_signal() noexcept;
/// "SIGINT" or "SIGTERM".
[[nodiscard]] const char* signal_name(int signal) noexcept;

}  // namespace telar::cli
