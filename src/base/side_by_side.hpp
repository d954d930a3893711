// Independent jobs on several threads at once.
#pragma once

#include <cstddef>
#include <functional>

namespace telar {

/// Calls job(i) once for each i < jobs, begun in this order, from at most `threads` threads (at least 1), the calling
/// one among them. Once a job has thrown no other begins, and when all have ended the exception is thrown again.
void side_by_side(std::size_t jobs, int threads, const std::function<void(std::size_t job)>& job);

}  // namespace telar
