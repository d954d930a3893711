// What a report says in words, and how it writes numbers.
#pragma once

#include <string>
#include <vector>

#include "study/report/content.hpp"

namespace telar {

/// The finding in one sentence.
[[nodiscard]] std::string headline(const ReportContent& content);
/// How sure it is, and what it is not.
[[nodiscard]] std::string caution(const ReportContent& content);
/// A sentence for each change of a study.
[[nodiscard]] std::vector<std::string> verdict_sentences(const JudgedStudy& study);

/// Whether a quantity ("val_accuracy", "test.balanced_accuracy") is a share, and written in percent.
[[nodiscard]] bool is_share(const std::string& quantity);
/// Of a share, the part of an interval that is within [0, 1]: Student's knows nothing of these ends.
[[nodiscard]] Interval possible_interval(const Interval& interval, const std::string& quantity);
/// "88.43 %" of a share, "0.3301" of anything else; "–" if it is not finite.
[[nodiscard]] std::string value_text(double value, const std::string& quantity);
/// "+1.33 points" of a share, "−0.0120" of anything else.
[[nodiscard]] std::string difference_text(double value, const std::string& quantity);
/// "87.79 % to 89.04 %", of possible_interval; "–" unless both are finite.
[[nodiscard]] std::string interval_text(double low, double high, const std::string& quantity);
/// The same of differences: "−2.54 to −0.76 points".
[[nodiscard]] std::string difference_interval_text(double low, double high, const std::string& quantity);
/// "test accuracy" for "test.accuracy", "validation accuracy" for "val_accuracy" and "validation.accuracy".
[[nodiscard]] std::string quantity_words(const std::string& quantity);
/// The same with a capital letter.
[[nodiscard]] std::string capitalized(std::string words);

}  // namespace telar
