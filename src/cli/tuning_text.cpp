#include "cli/tuning_text.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/number_text.hpp"
#include "base/utf8.hpp"
#include "cli/comparison_table.hpp"
#include "train/progress_bar.hpp"

namespace telar::cli {

namespace {

constexpr std::size_t kShownTrials = 8;

std::string state_text(const Trial& trial) {
  switch (trial.state) {
    case Trial::State::diverged:
      return "diverged";
    case Trial::State::failed:
      return "failed: " + trial.reason.substr(0, trial.reason.find('\n'));
    case Trial::State::over_cap:
      return "not trained: " + trial.reason;
    default:
      return "";
  }
}

std::string value_text(const std::variant<double, int, std::string>& value) {
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{:.3g}", *number);
  if (const auto* whole = std::get_if<int>(&value)) return std::to_string(*whole);
  return std::get<std::string>(value);
}

std::string point_text(const Trial& trial) {
  std::string text;
  for (const auto& [name, value] : trial.point.values) {
    const std::size_t dot = name.rfind('.');
    const bool number = dot != std::string::npos && name.find_first_not_of("0123456789-", dot + 1) == std::string::npos;
    text += (text.empty() ? "" : ", ") + (number || dot == std::string::npos ? name : name.substr(dot + 1)) + " " +
            value_text(value);
  }
  return printable_lines(text);
}

std::string head(const std::string& text, const Style& style) { return style.bold(text) + "\n"; }

}  // namespace

std::string trial_line(const TuningProgress& progress) {
  const Trial& trial = progress.trial;
  std::string text = fmt::format("trial {}: ", trial.number);
  if (const std::string state = state_text(trial); !state.empty() || trial.rungs.empty())
    return text + printable_lines(state);
  const TrialRung& rung = trial.rungs.back();
  text += fmt::format("{:.4f} after {}", rung.values.front(), counted(rung.epochs, "epoch"));
  if (progress.best != nullptr && progress.best->number == trial.number) text += ", the best so far";
  return text;
}

std::string progress_line(const TuningProgress& progress, const Style& style) {
  std::string text = style.bold(fmt::format("trial {}", progress.trial.number));
  if (progress.search_seconds > 0) {
    const double share = std::clamp(progress.seconds / progress.search_seconds, 0.0, 1.0);
    text += " " + bar_text(share, 20, style.color) + " " +
            clock_text(std::max(0.0, progress.search_seconds - progress.seconds)) + " left to search";
  }
  if (progress.best != nullptr)
    text += fmt::format(", best {:.4f} (trial {})", progress.best->rungs.back().values.front(), progress.best->number);
  return text;
}

std::string tuning_text(const TuningPlan& plan, const TuningStudy& study, const Style& style) {
  const Tuning& tuning = study.tuning;
  std::size_t bad = 0;
  for (const Trial& trial : tuning.trials)
    bad += trial.state == Trial::State::diverged || trial.state == Trial::State::failed ? 1 : 0;
  std::string text =
      fmt::format("{} of {} in {}, {} at a time; {:.0f} % of the cores' time in trainings\n",
                  counted(static_cast<std::int64_t>(tuning.trials.size()), "trial"), plan.search.base().name,
                  clock_text(tuning.seconds), plan.workers, 100 * tuning.busy_share);
  if (study.ended == TuningStudy::Ended::space) text += "every point of the space was tried\n";
  if (bad > 0) text += fmt::format("{} diverged or failed\n", counted(static_cast<std::int64_t>(bad), "trial"));
  if (study.ended == TuningStudy::Ended::interrupted) text += style.yellow("interrupted") + "; --resume goes on\n";

  text +=
      "\n" + head(fmt::format("{:<8}{:>8}{:>10}  {}", "trial", "epochs", study.objectives.front(), "values"), style);
  for (std::size_t place = 0; place < std::min(kShownTrials, tuning.ranking.size()); ++place) {
    const Trial& trial = tuning.trials[tuning.ranking[place]];
    text += fmt::format("{:<8}{:>8}{:>{}.4f}  {}\n", trial.number, trial.rungs.back().epochs,
                        trial.rungs.back().values.front(), std::max<std::size_t>(10, study.objectives.front().size()),
                        point_text(trial));
  }
  text += study.objectives.size() > 1
              ? "Trials with fewer epochs are ranked by what others gained with more.\n"
              : "Ranked with what others gained by more epochs, and with what came of trials near by.\n";

  bool known = false;
  for (const auto& share : tuning.importance) known = known || share.has_value();
  if (known) {
    text += "\n" + head("what the results go with", style);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < tuning.importance.size(); ++i) order.push_back(i);
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      return tuning.importance[a].value_or(0) > tuning.importance[b].value_or(0);
    });
    for (const std::size_t i : order) {
      const auto* choice = std::get_if<Choice>(&plan.search.space()[i].values);
      if (choice != nullptr && choice->options.size() == 1) continue;  // nothing else could be
      text += fmt::format("{:>4.0f} %  {}\n", 100 * tuning.importance[i].value_or(0),
                          printable_lines(plan.search.space()[i].name));
    }
  }
  if (study.objectives.size() > 1) {
    text += "\n" + head("no other is better in everything", style);
    for (const std::size_t trial : tuning.front) {
      text += fmt::format("trial {:<6}", tuning.trials[trial].number);
      for (std::size_t o = 0; o < study.objectives.size(); ++o)
        text += fmt::format("  {} {}", study.objectives[o], number_text(tuning.trials[trial].rungs.back().values[o]));
      text += '\n';
    }
  }
  if (!study.finalists.empty() && !study.finalists.front().runs.empty()) {
    text += "\n" + head("trained in full on fresh seeds", style);
    for (const Finalist& finalist : study.finalists)
      text += fmt::format("trial {:<6} {} {:.4f} ({})\n", finalist.trial, study.objectives.front(),
                          finalist.summary.mean, counted(static_cast<std::int64_t>(finalist.runs.size()), "seed"));
  }
  for (const std::string& problem : study.problems)
    text += style.yellow("note:") + " " + printable_lines(problem) + "\n";
  if (study.best) {
    text += "\n" + head(fmt::format("trial {} beside the default", *study.best), style);
    for (const RecipeDifference& d : study.differences)
      text += fmt::format("  {}: {} -> {}\n", printable_lines(d.address), printable_lines(d.first.value_or("-")),
                          printable_lines(d.second.value_or("-")));
    text += "the recipe: " + (study.directory / "best.toml").string() + "\n";
  } else if (study.ended != TuningStudy::Ended::interrupted) {
    text += tuning.ranking.empty() ? "\nNo trial came to its first rung: it takes more time, or other limits.\n"
                                   : "\nNothing was found but the default.\n";
  }
  if (study.proof) text += "\n" + comparison_text(*study.proof, style);
  return text;
}

}  // namespace telar::cli
