// The view of a search: what is in the best recipe, and how the search went.
#include "study/report/view_tuning.hpp"

#include <cmath>
#include <fmt/format.h>

#include <telar/version.hpp>

#include "base/number_text.hpp"
#include "study/report/tuning_words.hpp"

namespace telar {

namespace {

constexpr std::size_t kMostSeedsInRow = 8;

std::string tuning_seconds(double seconds) {
  if (!std::isfinite(seconds)) return "–";
  return seconds < 1e6 ? fmt::format("{:.1f} s", seconds) : fmt::format("{:.3g} s", seconds);
}

std::string tuning_share(double share) {
  return std::isfinite(share) && std::abs(share) < 1e3 ? fmt::format("{:.1f} %", 100 * share) : "–";
}

Json finalists_table(const TuningContent& content) {
  const std::string& objective = content.objectives.front().name;
  Json rows = Json::array();
  for (const TuningContent::Finalist& finalist : content.finalists) {
    if (rows.size() == kMostTrialRows) break;
    std::string runs;
    for (std::size_t i = 0; i < std::min(finalist.runs.size(), kMostSeedsInRow); ++i)
      runs += fmt::format("{}{}: {}", i > 0 ? ", " : "", finalist.runs[i].first,
                          objective_text(finalist.runs[i].second, objective));
    if (finalist.runs.size() > kMostSeedsInRow) runs += ", …";
    const TuningContent::Trial* trial = trial_of(content, finalist.trial);
    const bool best = content.best && content.best->trial == finalist.trial;
    rows.push_back(view_row(trial ? trial_name(*trial) : fmt::format("trial {}", finalist.trial),
                            Json::array({view_cell(objective_text(finalist.mean, objective), "n"),
                                         view_cell(objective_text(finalist.sd, objective), "n"), view_cell(runs)}),
                            best                         ? 0
                            : trial && trial->is_default ? 1
                                                         : -1));
  }
  if (rows.empty()) return nullptr;
  return view_table("Finalists, best first",
                    {"Trial", "Mean " + objective_words(objective), "Standard deviation", "Seeds"}, std::move(rows));
}

/// What colours mean in all charts of the page.
Json tuning_legend(const TuningContent& content) {
  Json list = Json::array();
  if (content.best)
    list.push_back(Json{{"name", fmt::format("trial {}, the best", content.best->trial)}, {"color", "c0"}});
  for (const TuningContent::Trial& trial : content.trials) {
    if (!trial.is_default || (content.best && content.best->trial == trial.number)) continue;
    list.push_back(Json{{"name", fmt::format("trial {}, the default", trial.number)}, {"color", "c1"}});
    break;
  }
  return list.empty() ? Json(false) : Json{{"list", std::move(list)}};
}

}  // namespace

Json view_best(const TuningContent& content) {
  if (!content.best) return nullptr;
  Json rows = Json::array();
  for (const TuningContent::Difference& difference : content.best->differences)
    rows.push_back(view_row(difference.key,
                            Json::array({view_cell(difference.before, "code"), view_cell(difference.after, "code")})));
  Json view{{"name", fmt::format("trial {}", content.best->trial)},
            {"recipe_file", content.best->recipe_file.empty() ? Json(false) : Json(content.best->recipe_file)},
            {"same", rows.empty()},
            {"differences", nullptr},
            {"finalists", nullptr}};
  if (!rows.empty())
    view["differences"] = Json{
        {"table", view_table("What is different in the best recipe", {"Key", "Default", "Best"}, std::move(rows))}};
  if (Json table = finalists_table(content); !table.is_null()) view["finalists"] = Json{{"table", std::move(table)}};
  return view;
}

Json view_search(const TuningContent& content) {
  Json rows = Json::array();
  const auto add = [&rows](const char* head, const std::string& text) {
    if (!text.empty() && text != "–") rows.push_back(view_row(head, Json::array({view_cell(text)})));
  };
  std::string objectives, rungs;
  for (const TuningContent::Objective& objective : content.objectives)
    objectives += fmt::format("{}{} ({} is better)", objectives.empty() ? "" : ", ", objective_words(objective.name),
                              objective.more_is_better ? "more" : "less");
  for (const double epochs : content.rungs) rungs += fmt::format("{}{:.4g}", rungs.empty() ? "" : ", ", epochs);
  std::string ends;
  for (const char* ended : {"completed", "paused", "stopped", "diverged", "failed", "over_cap"})
    if (const std::size_t n = ended_so(content, ended); n > 0)
      ends += fmt::format("{}{} {}", ends.empty() ? "" : ", ", n,
                          std::string_view(ended) == "over_cap" ? "over a limit" : ended);
  add("Search", content.search);
  add("Objectives", objectives);
  add("Trials", fmt::format("{}{}{}", content.trials.size(), ends.empty() ? "" : ": ", ends));
  add("Asked for", content.trials_asked ? counted(*content.trials_asked, "trial") : std::string());
  add("Budget", tuning_seconds(content.budget_seconds));
  add("Ended by", content.ended);
  add("Time in all", tuning_seconds(content.seconds));
  add("Time of the search", tuning_seconds(content.search_seconds));
  add("Cores", content.cores > 0 ? std::to_string(content.cores) : std::string());
  add("Cores busy", tuning_share(content.busy_share));
  add("Spent on choosing", tuning_share(content.overhead_share));
  add("Sampler", content.sampler);
  add("Epochs at the rungs", rungs);
  add("One in so many is promoted", content.eta > 0 ? std::to_string(content.eta) : std::string());
  add("Folder", content.study_dir);
  return Json{{"table", view_table("How the search went", {"Fact", "Value"}, std::move(rows))}};
}

Json view_tuning(const TuningContent& content) {
  Figures figures;
  Json notices = Json::array();
  for (const auto* list : {&content.notices, &content.remarks})
    for (const std::string& notice : *list) notices.push_back(notice);
  Json view{{"version", version()},
            {"headline", tuning_headline(content)},
            {"caution", tuning_caution(content)},
            {"notices", Json{{"list", std::move(notices)}}},
            {"legend", tuning_legend(content)}};
  ReportContent proof;
  proof.study = content.proof;
  view["verdicts"] = view_verdicts(proof, figures);
  view["why"] = view_why(proof);
  view["best"] = view_best(content);
  view["trials"] = view_trials(content, figures);
  view["importance"] = view_importance(content, figures);
  view["race"] = view_race(content, figures);
  view["front"] = view_front(content, figures);
  view["search"] = view_search(content);
  view["charts"] = std::move(figures.charts);
  return view;
}

}  // namespace telar
