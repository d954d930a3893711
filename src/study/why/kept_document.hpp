// What was measured of a run, kept in a file of its folder.
#pragma once

#include <filesystem>
#include <limits>
#include <optional>
#include <type_traits>

#include "base/atomic_file.hpp"
#include "study/documents.hpp"
#include "study/run_store.hpp"
#include "study/stored_result.hpp"

namespace telar {

/// A number of it; NaN for null. Throws Json::exception for anything else.
[[nodiscard]] inline double kept_number(const Json& object, const char* key) {
  const Json& value = object.at(key);
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

/// read(document) of a file; nothing if there is none, it has another schema, or `read` throws Json::exception.
template <class Read>
[[nodiscard]] auto read_kept(const std::filesystem::path& file, const char* schema, const Read& read)
    -> std::optional<std::invoke_result_t<Read, const Json&>> {
  const Json document = read_document(file);
  if (json_at(document, {"schema"}) != schema) return {};
  try {
    return read(document);
  } catch (const Json::exception&) {
    return {};
  }
}

/// Throws Error (resource).
inline void keep(const Json& document, const std::filesystem::path& file) {
  write_file(file, document.dump(1, '\t', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace telar
