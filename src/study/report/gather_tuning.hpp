// From a study of `telar tune` to what a report says of it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "study/report/tuning_content.hpp"

namespace telar {

/// The document of a study of `telar tune`: tuning.json in a folder, or a file that is a telar.tune/1 or has that name.
/// Nothing where `subject` is neither.
[[nodiscard]] std::optional<std::filesystem::path> tuning_file(const std::filesystem::path& subject);

/// What is in such a file. Throws Error (data) if it is damaged, larger than 64 MiB or another document.
[[nodiscard]] TuningContent gather_tuning(const std::filesystem::path& file);

/// telar.tune/1 read back. Throws Error (data) at `where` if it is another document, or if its objectives, parameters
/// or trials are none; what is missing elsewhere is absent.
[[nodiscard]] TuningContent read_tuning(const Json& document, const std::string& where);

}  // namespace telar
