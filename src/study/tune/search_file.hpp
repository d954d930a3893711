// search.toml: a recipe, and what of it is open.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <telar/tuning.hpp>

#include "base/describe.hpp"
#include "study/recipe.hpp"
#include "study/toml.hpp"

namespace telar {

/// `[search]`.
struct SearchSettings {
  /// As TuneOptions has them; empty: the first accuracy that is measured, else "val_loss".
  std::vector<std::string> objectives{};
  TuneOptions::Sampler sampler = TuneOptions::Sampler::tpe;
  int eta = 3;
  int min_epochs = 1;
  std::optional<int> max_weights{};
  std::optional<double> max_latency{};
};

/// A recipe with a table `[search]`:
///
///     extends = "baseline.toml"              # the default recipe is trial 0
///     [search.space]
///     "compile.optimizer.learning_rate" = { log = [1e-4, 1e-2] }
///     "fit.batch_size" = { choice = [64, 128, 256] }
///     "model.layers.2" = { repeat = [0, 3] } # so many copies of it
///     "compile.optimizer" = { choice = { adam = { type = "Adam" }, sgd = { type = "SGD", momentum = 0.9 } } }
///     momentum = { float = [0.5, 0.99], at = "compile.optimizer.momentum", when = { "compile.optimizer" = "sgd" } }
///
/// A parameter is `float`, `log` (a float whose ratios count) or `int` = [low, high] (with log = true by ratios),
/// `choice` of values or of named ones, or `repeat` = [least, most] copies of a layer, or of several
/// ("model.layers.2-4"). `at`: the addresses it sets, all to the same value; without, its name. Values are set in the
/// order of the file, copies are made last; addresses are those of the recipe as the file has it. Schedules keep their
/// course: their step counts go with the trial's steps.
class SearchFile {
 public:
  /// Throws Error (usage) with the place of whatever is wrong with recipe or space, each parameter at both ends of its
  /// range or with each of its options.
  SearchFile(const std::filesystem::path& file, const std::vector<std::string>& settings = {});

  [[nodiscard]] const Recipe& base() const noexcept { return base_; }
  [[nodiscard]] const SearchSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] const std::vector<SearchParameter>& space() const noexcept { return space_; }
  /// What parameter number `parameter` sets.
  [[nodiscard]] const std::vector<std::string>& addresses(std::size_t parameter) const {
    return targets_[parameter].addresses;
  }
  [[nodiscard]] bool repeats(std::size_t parameter) const { return targets_[parameter].repeat.has_value(); }
  /// SHA-256 of recipe and [search]: the same for files that say the same.
  [[nodiscard]] const std::string& sha256() const noexcept { return sha256_; }
  /// Where the table or one of its keys is: "objectives", "space"; else the file.
  [[nodiscard]] std::string place(const std::string& key) const;

  /// Looks for the data there, as --data-dir does.
  void set_data_directory(const std::string& directory);

  /// The recipe with these values, named `name`; `samples` are trained on. Throws Error (usage).
  [[nodiscard]] Recipe recipe_at(const SearchPoint& point, std::size_t samples, const std::string& name) const;
  /// The base recipe as a point; without what the space cannot tell.
  [[nodiscard]] SearchPoint first() const;
  /// For each parameter, points that have one of its ends, or one of its options, and besides only what that needs.
  [[nodiscard]] std::vector<SearchPoint> edges() const;

 private:
  struct Target {
    std::vector<std::string> addresses;
    std::optional<std::pair<std::size_t, std::size_t>> repeat{};  ///< first and last layer
    std::map<std::string, toml::table> options{};                 ///< { value = ... } of each
    toml::source_region source{};
  };

  void read_space(const toml::table& space);
  void read_parameter(const std::string& name, const toml::table& table, const toml::source_region& source);
  void read_choice(const toml::node& node, SearchParameter& parameter, Target& target);
  void set_target(toml::table& tree, std::size_t parameter, const SearchPoint& point) const;
  void copy_layers(toml::table& tree, const SearchPoint& point) const;

  std::filesystem::path file_;
  toml::table tree_;  // of the recipe alone
  Recipe base_;
  SearchSettings settings_;
  std::map<std::string, std::string> places_;
  std::vector<SearchParameter> space_;
  std::vector<Target> targets_;
  std::string sha256_;
};

}  // namespace telar
