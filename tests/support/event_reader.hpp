// What is in a folder's event files, one after the other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <optional>
#include <protozero/pbf_reader.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace telar::test {

/// Names of the event files of a folder, in order.
inline std::vector<std::string> event_files(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none))
    if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

/// The messages of a file; the checksums are event_records_test's matter.
inline std::vector<std::string> event_messages(const std::filesystem::path& file) {
  const std::string bytes = get(file);
  std::vector<std::string> messages;
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint64_t length = 0;
    if (bytes.size() - at >= 16) std::memcpy(&length, bytes.data() + at, sizeof length);
    if (bytes.size() - at < 16 || length > bytes.size() - at - 16) {
      ADD_FAILURE() << file << " ends within a record";
      break;
    }
    messages.push_back(bytes.substr(at + 12, length));
    at += 16 + length;
  }
  return messages;
}

/// One event as a line: "version", "start 0", "epoch_loss 3 = 0.25".
inline std::string event_line(const std::string& message) {
  std::int64_t step = 0;
  std::string what = "?", value;
  protozero::pbf_reader event(message);
  while (event.next()) {
    if (event.tag() == 2) {
      step = event.get_int64();
    } else if (event.tag() == 3) {
      what = event.get_string() == "brain.Event:2" ? "version" : "?";
    } else if (event.tag() == 7) {
      event.skip();
      what = "start";
    } else if (event.tag() == 5) {
      protozero::pbf_reader summary = event.get_message();
      if (!summary.next(1)) continue;
      protozero::pbf_reader of = summary.get_message();
      while (of.next()) {
        if (of.tag() == 1) {
          what = of.get_string();
        } else if (of.tag() == 8) {
          protozero::pbf_reader tensor_reader = of.get_message();
          float number = 0;
          if (!tensor_reader.next(4)) continue;
          const protozero::data_view content = tensor_reader.get_view();
          if (content.size() == sizeof number) std::memcpy(&number, content.data(), sizeof number);
          std::ostringstream text;
          text << number;
          value = " = " + text.str();
        } else {
          of.skip();
        }
      }
    } else {
      event.skip();
    }
  }
  return what == "version" ? what : what + " " + std::to_string(step) + value;
}

inline std::vector<std::string> event_lines(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  for (const std::string& message : event_messages(file)) lines.push_back(event_line(message));
  return lines;
}

}  // namespace telar::test
