// trials.jsonl: what a search has seen, line by line as it comes.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <telar/tuning.hpp>

#include "study/documents.hpp"

namespace telar {

/// A trial as trials.jsonl and telar.tune/1 have it.
[[nodiscard]] Json trial_document(const Trial& trial);

/// What a search goes on from.
struct SeenSearch {
  std::string search_sha256;  ///< of the file it is of
  std::vector<Trial> trials;  ///< by number
  double seconds = 0;         ///< that it took
  bool search_ended = false;  ///< what follows, choosing and proving, had begun
};

class TrialJournal {
 public:
  /// A new file in `folder`, or the one that is there, at its end. Throws Error (resource).
  TrialJournal(const std::filesystem::path& folder, const std::string& search_sha256);

  /// Appends the trial as it is now and hands it to the system. Throws Error (resource).
  void write(const Trial& trial, double seconds);
  /// Says that the search is over. Throws Error (resource).
  void end_search(double seconds);

 private:
  void write_line(const Json& line);

  std::filesystem::path file_;
  std::ofstream out_;
};

/// The last word on each trial. A last line that was cut off is left out, here and, if `mend`, in the file. Throws
/// Error (data) with the line if another one is damaged, or if there is no such file.
[[nodiscard]] SeenSearch read_journal(const std::filesystem::path& folder, bool mend = false);

}  // namespace telar
