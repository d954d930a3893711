// What may be behind a difference between two trainings, and how each is switched off.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/statistics.hpp"
#include "study/recipe.hpp"
#include "study/verdict.hpp"

namespace telar {

/// In the order of what switching it off takes of a user: the least first.
enum class Mechanism {
  moving_statistics,  ///< BatchNormalization's moving averages lag behind; off: recomputed
  moving_weights,     ///< the weights still move when the training ends; off: their mean over further steps
  raw_weights,        ///< those of the last step alone; off: moving averages of them all along (use_ema)
  constant_rate,      ///< the learning rate is as large at the end as at first; off: a cosine down to 0
  step_size,          ///< the steps are larger beside the weights, or smaller; off: as large as the baseline's
  last_epoch          ///< the last epoch is not the best; off: the weights of the best one
};
/// "moving_statistics", ...
[[nodiscard]] const char* to_string(Mechanism mechanism) noexcept;

enum class Outcome {
  consistent,    ///< without the mechanism, the difference is another one: it accounts for a part of it
  contradicted,  ///< it accounts for less than a quarter
  open,          ///< the seeds do not tell, or there is no difference to account for
  not_tested
};
/// "consistent", ...
[[nodiscard]] const char* to_string(Outcome outcome) noexcept;

/// The metric of trainings by their seeds.
using SeedValues = std::map<std::uint64_t, double>;

/// Both recipes as they are, and with the mechanism switched off in both.
struct MechanismRuns {
  SeedValues baseline, change, baseline_without, change_without;
};

struct MechanismTest {
  Mechanism mechanism = Mechanism::moving_statistics;
  Outcome outcome = Outcome::not_tested;
  std::string reason{};   ///< not tested: why
  std::string setting{};  ///< what was set to switch it off: "learning_rate 0.00042"
  // Change less baseline, over the seeds that have all four values:
  Summary difference{};  ///< as they are
  Summary without{};     ///< both without the mechanism
  Summary accounted{};   ///< difference less without, within the seeds
  Summary remedy{};      ///< the change without the mechanism less the baseline as it is
  double remedy_p = 1;   ///< of the sign-flip test; after Holm over the tests of a change
};

/// What a mechanism accounts for is told from so many seeds on.
inline constexpr std::int64_t kSeedsForFinding = 6;
/// A mechanism that accounts for less than this share of a difference is contradicted.
inline constexpr double kLeastShare = 0.25;

/// `verdict`: that on the difference. An outcome needs better or worse.
[[nodiscard]] MechanismTest test_mechanism(Mechanism mechanism, const MechanismRuns& runs, Verdict verdict);

/// The first mechanism without which the change is better than the baseline, if any is; Holm's p at most 0.05. Of the
/// best epoch, which is chosen on validation data, never. Adjusts remedy_p.
[[nodiscard]] std::optional<Mechanism> find_remedy(std::vector<MechanismTest>& tests, bool more_is_better);

/// The recipe with moving averages of its weights all along, which it is validated with and ends with. The weights
/// themselves are trained as without them, unless a callback acts on what validation says.
[[nodiscard]] Recipe with_moving_averages(Recipe recipe);
/// The recipe with a cosine from its first rate to 0 over its epochs, in place of ReduceLROnPlateau and EarlyStopping.
/// `samples`: of the training set. As it is if its rate follows a schedule.
[[nodiscard]] Recipe with_decayed_rate(Recipe recipe, std::size_t samples);
/// Nothing if the rate follows a schedule.
[[nodiscard]] std::optional<Recipe> with_rate_times(Recipe recipe, double factor);
/// Ends with the weights of the epoch with the least val_loss. `recipe` needs validation data.
[[nodiscard]] Recipe with_best_weights(Recipe recipe);

[[nodiscard]] bool follows_schedule(const Recipe& recipe);
[[nodiscard]] bool keeps_averages(const Recipe& recipe);
[[nodiscard]] bool keeps_best_weights(const Recipe& recipe);

}  // namespace telar
