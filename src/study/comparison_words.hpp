// A comparison in sentences.
#pragma once

#include <string>
#include <vector>

#include "study/comparison.hpp"

namespace telar {

/// Differences of shares are told in percentage points ("+0.31 pp"), others as they are ("-0.0121").
[[nodiscard]] bool in_points(const std::string& metric);
/// With its sign.
[[nodiscard]] std::string difference_text(const std::string& metric, double difference);
[[nodiscard]] std::string interval_text(const std::string& metric, const Interval& interval);
/// "p = 0.031", "p < 0.0001".
[[nodiscard]] std::string p_text(double p);

/// The verdict on a change: "batch-normalization", "is worse than baseline", "val_accuracy -1.92 pp [-2.41, -1.43] over
/// 8 seeds, p = 0.0078".
struct VerdictSentence {
  std::string subject, claim, evidence;
};
[[nodiscard]] VerdictSentence verdict_sentence(const Comparison& comparison, const Change& change);

/// What a reader must know besides: failed seeds, callbacks that look at validation data, another p after Holm, how
/// often the test set was read, that it was interrupted. Sentences.
[[nodiscard]] std::vector<std::string> remarks(const Comparison& comparison);

}  // namespace telar
