// From the callbacks of FitOptions to hooks that run.
#pragma once

#include <vector>

#include <telar/callbacks.hpp>

namespace telar {

/// Hooks bound to a fresh state.
[[nodiscard]] LambdaCallback start(const Callback& callback);
/// All of them in the order they run: as given, then backups, progress bars last.
[[nodiscard]] std::vector<LambdaCallback> start(const std::vector<Callback>& callbacks);

}  // namespace telar
