// From the callbacks of FitOptions to hooks that run.
#pragma once

#include <string>
#include <vector>

#include <telar/callbacks.hpp>

namespace telar {

/// The hooks of one callback, and what a checkpoint calls it: "EarlyStopping", "EarlyStopping 2" for a second one that
/// has something to keep, and "callback" for a user's own.
struct RunningCallback : LambdaCallback {
  std::string name;
};

/// Hooks bound to a fresh state.
[[nodiscard]] LambdaCallback start(const Callback& callback);
/// All of them in the order they run: as given, then backups, progress bars last.
[[nodiscard]] std::vector<RunningCallback> start(const std::vector<Callback>& callbacks);

}  // namespace telar
