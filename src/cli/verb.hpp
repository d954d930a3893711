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
/// throws, unless it flushes `out` before; everything else goes to std::cerr. Returns the exit code.
struct Verb {
  CLI::App* app;
  std::function<int(std::ostream& out)> run;
};

/// `command`: the words of the command line, for the run folder.
[[nodiscard]] Verb add_train(CLI::App& program, std::vector<std::string> command);
[[nodiscard]] Verb add_evaluate(CLI::App& program);
[[nodiscard]] Verb add_predict(CLI::App& program);
[[nodiscard]] Verb add_export(CLI::App& program);
[[nodiscard]] Verb add_inspect(CLI::App& program);
[[nodiscard]] Verb add_doctor(CLI::App& program);
[[nodiscard]] Verb add_report(CLI::App& program);
/// The word before inspect and fetch.
[[nodiscard]] CLI::App& add_data(CLI::App& program);
[[nodiscard]] Verb add_data_inspect(CLI::App& data);
[[nodiscard]] Verb add_fetch(CLI::App& data);
[[nodiscard]] Verb add_compare(CLI::App& program, std::vector<std::string> command);
[[nodiscard]] Verb add_tune(CLI::App& program, std::vector<std::string> command);
[[nodiscard]] Verb add_runs(CLI::App& program);

/// Adds --json, -q, --color and --threads to a verb, and its examples to its --help.
void add_common_options(CLI::App& app, CommonOptions& options, const std::string& examples);

/// A check of an option's value: what is wrong with it, or nothing.
[[nodiscard]] std::string not_empty(const std::string& text);

/// "warning: ..." on std::cerr.
void warn(const CommonOptions& options, const std::string& text);
/// A line for each finding that is a warning.
void warn(const CommonOptions& options, const std::vector<Finding>& findings);

}  // namespace telar::cli
