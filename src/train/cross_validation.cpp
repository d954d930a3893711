#include <algorithm>
#include <filesystem>
#include <vector>

#include <telar/cross_validation.hpp>
#include <telar/error.hpp>

#include "base/statistics.hpp"
#include "data/folds.hpp"

namespace telar {

CrossValidation cross_validate(const Sequential& model, const Dataset& data, const CrossValidateOptions& options) {
  const std::vector<float>& weights = options.fit.sample_weight;
  if (!weights.empty() && weights.size() != data.size())
    throw Error(ErrorCode::usage, "cross_validate",
                "sample_weight has " + std::to_string(weights.size()) + " numbers, but the data " +
                    std::to_string(data.size()) + " samples",
                "give one for each sample");
  if (!options.evaluate.sample_weight.empty())
    throw Error(ErrorCode::usage, "cross_validate", "evaluate.sample_weight is given, but each score has other samples",
                "leave it out");
  CrossValidation result;
  for (const std::vector<std::uint32_t>& out : held_out(data, options.folds, options.order, options.seed)) {
    const std::vector<std::uint32_t> in = all_but(data.size(), out);
    FitOptions fit = options.fit;
    const std::string name = "fold-" + std::to_string(result.scores.size() + 1);
    for (Callback& callback : fit.callbacks) {
      if (callback.stock() == nullptr) continue;
      Callback::Stock own = *callback.stock();
      // The checkpoint of one fold would be taken for that of another, and so would its curves.
      if (auto* backup = std::get_if<BackupAndRestore>(&own))
        backup->backup_dir = (std::filesystem::path(backup->backup_dir) / name).string();
      if (auto* board = std::get_if<TensorBoard>(&own))
        board->log_dir = (std::filesystem::path(board->log_dir) / name).string();
      callback = std::move(own);
    }
    if (!weights.empty()) {
      fit.sample_weight.clear();
      for (const std::uint32_t i : in) fit.sample_weight.push_back(weights[i]);
    }
    Sequential fold = model;
    History history = fold.fit(data.subset(in), fit);
    if (history.ended == Ended::diverged)
      throw Error(ErrorCode::failure, "cross_validate, fold " + std::to_string(result.scores.size() + 1),
                  history.reason, "try a lower learning rate");
    result.scores.push_back(fold.evaluate(data.subset(out), options.evaluate));
    const bool interrupted = history.ended == Ended::interrupted;
    result.histories.push_back(std::move(history));
    if (interrupted) break;
  }
  return result;
}

FoldSpread CrossValidation::operator[](const std::string& name) const {
  std::vector<double> values;
  for (const Score& score : scores) values.push_back(name == "loss" ? score.loss.value : score[name].value);
  const Summary summary = summarize(values);
  return {summary.mean, summary.sd};
}

}  // namespace telar
