// The view's reasons: what a study measured beside its verdicts, and which mechanisms the differences go with.
#include <cmath>
#include <fmt/format.h>

#include "study/report/view.hpp"

namespace telar {

namespace {

Json measures_table(const JudgedStudy& study, const JudgedChange& change) {
  if (change.reasons.measures.empty()) return nullptr;
  const auto text = [](const char* format, double value) {
    return std::isfinite(value) ? fmt::format(fmt::runtime(format), value) : std::string("–");
  };
  Json rows = Json::array();
  for (const JudgedMeasure& measure : change.reasons.measures) {
    const Interval& i = measure.interval;
    rows.push_back(view_row(measure.words, Json::array({view_cell(text("{:.4g}", measure.baseline), "n"),
                                                        view_cell(text("{:.4g}", measure.change), "n"),
                                                        view_cell(text("{:+.3g}", measure.delta), "n"),
                                                        view_cell(std::isfinite(i.low) && std::isfinite(i.high)
                                                                      ? fmt::format("{:+.3g} to {:+.3g}", i.low, i.high)
                                                                      : std::string("–"),
                                                                  "n")})));
  }
  return view_table(fmt::format("Measures of {} beside {}", change.recipe, study.baseline),
                    {"Measure", study.baseline, change.recipe, "Difference", "95 % interval"}, std::move(rows));
}

}  // namespace

Json view_why(const ReportContent& content) {
  if (!content.study) return nullptr;
  Json list = Json::array();
  for (const JudgedChange& change : content.study->changes) {
    const JudgedReasons& reasons = change.reasons;
    if (reasons.mechanisms.empty() && reasons.measures.empty()) continue;
    Json mechanisms = Json::array();
    for (const JudgedReasons::Mechanism& mechanism : reasons.mechanisms)
      mechanisms.push_back(Json{{"finding", mechanism.finding}, {"words", mechanism.words}});
    list.push_back(Json{{"name", change.recipe},
                        {"mechanisms", std::move(mechanisms)},
                        {"remedy", reasons.remedy.empty() ? Json(false) : Json(reasons.remedy)},
                        {"table", measures_table(*content.study, change)}});
  }
  return list.empty() ? Json(nullptr) : Json{{"list", std::move(list)}};
}

}  // namespace telar
