// An event file of TensorBoard's on the disk, which grows while others read it.
#pragma once

#include <filesystem>
#include <string_view>

namespace telar {

/// A new file in a folder: events.out.tfevents.<seconds>.<host>.<process>.<number>.v2, as TensorFlow names it. It
/// begins with the version.
class EventFile {
 public:
  /// Makes the folder if it is missing. TensorBoard reads the files of a folder by name and never goes back, so the
  /// seconds are later than those of any file that is there. Throws Error (resource).
  explicit EventFile(const std::filesystem::path& folder);
  EventFile(EventFile&& other) noexcept;
  EventFile& operator=(EventFile&&) = delete;
  ~EventFile();

  /// Hands whole records to the system, at once. Throws Error (resource).
  void append(std::string_view records);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// Throws Error (resource) if there is no such folder and it cannot be made.
void make_event_folder(const std::filesystem::path& folder);
/// Whether an event file lies in the folder. False if there is no such folder.
[[nodiscard]] bool has_event_files(const std::filesystem::path& folder);

}  // namespace telar
