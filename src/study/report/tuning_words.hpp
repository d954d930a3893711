// What a report of a search says in words, and how it writes the numbers of its objectives and parameters.
#pragma once

#include <string>

#include "study/report/tuning_content.hpp"

namespace telar {

/// What tuning bought over the default, in one sentence, as far as a proof says so.
[[nodiscard]] std::string tuning_headline(const TuningContent& content);
/// How sure that is.
[[nodiscard]] std::string tuning_caution(const TuningContent& content);

/// "90.71 %" of val_accuracy, "12.5 µs" of latency, "101770" of weights; "–" if it is not finite.
[[nodiscard]] std::string objective_text(double value, const std::string& objective);
/// "validation accuracy", "latency in microseconds"
[[nodiscard]] std::string objective_words(const std::string& objective);
/// "0.0031" of a number, an option as it stands; "–" of a value that is switched off.
[[nodiscard]] std::string parameter_text(const std::optional<double>& value, const TuningContent::Parameter& parameter);
/// "trial 17", or "trial 0 (default)".
[[nodiscard]] std::string trial_name(const TuningContent::Trial& trial);

}  // namespace telar
