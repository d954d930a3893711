#include "cli/comparison_table.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/utf8.hpp"
#include "study/comparison_words.hpp"
#include "study/why/explanation_words.hpp"

namespace telar::cli {

namespace {

std::string claim_text(const Change& change, const std::string& claim, const Style& style) {
  switch (change.judgement.verdict) {
    case Verdict::better:
      return style.green(claim);
    case Verdict::worse:
      return style.red(claim);
    case Verdict::equivalent:
      return style.blue(claim);
    case Verdict::undecided:
      break;
  }
  return style.yellow(claim);
}

using Row = std::vector<std::string>;

/// Mean and spread of the recipe's runs, as far as there are any.
void add_values(Row& row, const ComparedRecipe& recipe) {
  std::vector<double> values;
  for (const ComparedRun& run : recipe.runs)
    if (run.value) values.push_back(*run.value);
  const Summary summary = summarize(values);
  row.push_back(std::to_string(values.size()));
  row.push_back(values.empty() ? "-" : number(summary.mean));
  row.push_back(values.size() < 2 ? "-" : number(summary.sd));
}

Row row_of(const Comparison& comparison, const Change& change) {
  const Judgement& j = change.judgement;
  const std::string& metric = comparison.metric;
  Row row{printable(change.recipe.name)};
  add_values(row, change.recipe);
  const Summary delta = comparison.delta_of(change);
  row.push_back(delta.n > 0 ? difference_text(metric, delta.mean) : "-");
  row.push_back(delta.n > 1 ? interval_text(metric, delta.interval) : "-");
  row.push_back(delta.n > 0 ? fmt::format("{:.2g}", j.p) : "-");
  row.push_back(delta.n > 0 ? fmt::format("{:.0f} %", 100 * j.better.value) : "-");
  row.push_back(change.test ? difference_text(metric, change.test->delta.mean) : "-");
  row.emplace_back(to_string(j.verdict));
  return row;
}

std::string finding_text(const MechanismTest& test, const std::string& words, const Style& style) {
  if (test.outcome == Outcome::consistent) return style.green(words);
  return test.outcome == Outcome::contradicted ? style.red(words) : words;
}

/// Of each change, what its trainings measure beside the baseline's, and which mechanisms the difference goes with.
std::string why_text(const Comparison& comparison, const Style& style) {
  std::string text;
  for (const Change& change : comparison.changes) {
    if (!change.why) continue;
    std::vector<Row> rows{
        {"", printable(comparison.baseline.name), printable(change.recipe.name), "difference", "95 % interval"}};
    for (const MeasuredDifference& d : change.why->measures)
      rows.push_back(
          {d.words, fmt::format("{:.4g}", d.baseline.mean), fmt::format("{:.4g}", d.change.mean),
           fmt::format("{:+.3g}", d.delta.mean),
           d.delta.n > 1 ? fmt::format("[{:+.3g}, {:+.3g}]", d.delta.interval.low, d.delta.interval.high) : "-"});
    text += "\n" + style.bold("Why " + printable(change.recipe.name) + " differs") + "\n" + aligned(rows, style);
    for (const MechanismTest& test : change.why->tests)
      text += "  " + mechanism_words(test.mechanism) + ": " +
              finding_text(test, printable(test_words(test, comparison.metric)), style) + ".\n";
    const std::string remedy = remedy_words(*change.why, comparison.baseline.name, comparison.metric);
    if (!remedy.empty()) text += "  " + style.bold(printable(remedy)) + "\n";
  }
  return text;
}

}  // namespace

std::string comparison_text(const Comparison& comparison, const Style& style) {
  std::string text;
  for (const Change& change : comparison.changes) {
    const VerdictSentence sentence = verdict_sentence(comparison, change);
    text += style.bold(printable(sentence.subject)) + " " + claim_text(change, printable(sentence.claim), style) +
            ": " + printable(sentence.evidence) + ".\n";
  }
  std::vector<Row> rows{{"", "seeds", comparison.metric, "sd", "difference", "95 % interval", "p", "better in",
                         "on the test set", "verdict"}};
  Row& baseline = rows.emplace_back(Row{printable(comparison.baseline.name)});
  add_values(baseline, comparison.baseline);
  for (const Change& change : comparison.changes) rows.push_back(row_of(comparison, change));
  text += "\n" + aligned(rows, style);
  text += why_text(comparison, style);
  const std::vector<std::string> besides = remarks(comparison);
  if (!besides.empty()) text += "\n";
  for (const std::string& remark : besides) text += printable(remark) + "\n";
  return text + "\nComparison: " + comparison.directory.string() + "\n";
}

}  // namespace telar::cli
