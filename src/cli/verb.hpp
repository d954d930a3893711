// What the verbs of the program have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "cli/style.hpp"
#include "study/lint.hpp"

namespace telar::cli {

/// Options of every verb.
struct CommonOptions {
  bool json = false;
  bool quiet = false;
  std::string color = "auto";
  int threads = 0;  ///< 0: not said

  /// What --color says; empty: it depends on the stream.
  [[nodiscard]] std::optional<bool> color_wish() const;
  [[nodiscard]] Style style_for(const std::ostream& stream) const;
  /// --threads, else one per core this process may use.
  [[nodiscard]] int thread_count() const;
};

/// A verb and what it does. The result goes to `out`, which reaches stdout when the verb has returned, and not if it
/// throws; everything else goes to std::cerr. Returns the exit code.
struct Verb {
  CLI::App* app;
  std::function<int(std::ostream& out)> run;
};

/// `command`: the words of the command line, for the run folder.
[[nodiscard]] Verb add_train(CLI::App& program, std::vector<std::string> command);
[[nodiscard]] Verb add_evaluate(CLI::App& program);
[[nodiscard]] Verb add_export(CLI::App& program);
[[nodiscard]] Verb add_inspect(CLI::App& program);
[[nodiscard]] Verb add_doctor(CLI::App& program);
[[nodiscard]] Verb add_report(CLI::App& program);
[[nodiscard]] Verb add_data(CLI::App& program);

/// Whether a path names a Keras model rather than a run folder or a recipe.
[[nodiscard]] bool is_model_file(const std::string& path);

/// Adds --json, -q, --color and --threads to a verb, and its examples to its --help.
void add_common_options(CLI::App& app, CommonOptions& options, const std::string& examples);

/// "warning: ..." on std::cerr.
void warn(const CommonOptions& options, const std::string& text);
/// A line for each finding that is a warning.
void warn(const CommonOptions& options, const std::vector<Finding>& findings);

}  // namespace telar::cli
