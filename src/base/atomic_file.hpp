// Files that are either all there or unchanged.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace telar {

/// Replaces the contents of `file`, or makes it: writes a temporary file beside it, brings it to the disk and renames
/// it, so that a reader, and the next start after a crash, finds the old bytes or the new ones. Keeps the mode of the
/// old file; a symbolic link stays and its target is replaced. Throws Error (resource) with the system's reason; then
/// the old file is as it was and nothing is left beside it.
void write_file(const std::filesystem::path& file, std::span<const std::byte> bytes);
void write_file(const std::filesystem::path& file, std::string_view text);

/// Removes what writers that were killed left half-written in `folder`; never what a running process writes.
void remove_temporaries_of_the_dead(const std::filesystem::path& folder);

}  // namespace telar
