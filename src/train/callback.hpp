// From the callbacks of FitOptions to hooks that run.
#pragma once

#include <telar/callbacks.hpp>
#include <vector>

namespace telar {

/// Hooks bound to a fresh state.
[[nodiscard]] LambdaCallback start(const Callback& callback);
/// All of them in the order they run: as given, progress bars last.
[[nodiscard]] std::vector<LambdaCallback> start(const std::vector<Callback>& callbacks);

}  // namespace telar
