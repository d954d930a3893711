// telar doctor
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include <telar/error.hpp>

#include "cli/exit_code.hpp"
#include "cli/load_data.hpp"
#include "cli/verb.hpp"
#include "study/documents.hpp"
#include "study/lint.hpp"

namespace telar::cli {

namespace {

struct DoctorOptions : CommonOptions {
  std::string recipe, data_dir;
  std::vector<std::string> settings;
};

/// What could be seen, and what was found.
struct Diagnosis {
  std::vector<Finding> findings;
  std::string no_data;  ///< why the data could not be looked at; empty if they were
};

/// Throws Error (usage) for what would keep the recipe from training at all.
Diagnosis examine(const Recipe& recipe, const DoctorOptions& options) {
  Diagnosis diagnosis{lint(recipe), {}};
  std::optional<RecipeData> data;
  try {
    data = load_data(recipe, options, options.data_dir);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::data) throw;
    diagnosis.no_data = error.where() + ": " + error.message();
    return diagnosis;
  }
  static_cast<void>(build_model(recipe, data->train));
  for (Finding& finding : lint(recipe, *data)) diagnosis.findings.push_back(std::move(finding));
  std::stable_partition(diagnosis.findings.begin(), diagnosis.findings.end(),
                        [](const Finding& f) { return f.severity == Finding::Severity::warning; });
  return diagnosis;
}

std::size_t count(const Diagnosis& diagnosis, Finding::Severity severity) {
  return static_cast<std::size_t>(std::ranges::count(diagnosis.findings, severity, &Finding::severity));
}

Json doctor_document(const Recipe& recipe, const Diagnosis& diagnosis) {
  Json findings = Json::array();
  for (const Finding& f : diagnosis.findings)
    findings.push_back(Json{{"severity", to_string(f.severity)},
                            {"message", f.message},
                            {"why", f.why},
                            {"change", f.change},
                            {"place", f.place}});
  return Json{{"schema", "telar.doctor/1"},
              {"recipe", recipe.name},
              {"warnings", count(diagnosis, Finding::Severity::warning)},
              {"notes", count(diagnosis, Finding::Severity::note)},
              {"data_examined", diagnosis.no_data.empty()},
              {"findings", std::move(findings)}};
}

std::string report(const Recipe& recipe, const Diagnosis& diagnosis, const Style& style) {
  const auto counted = [](std::size_t n, const char* what) {
    return fmt::format("{} {}{}", n == 0 ? "no" : std::to_string(n), what, n == 1 ? "" : "s");
  };
  std::string text =
      fmt::format("{}: {}, {}\n", recipe.name, counted(count(diagnosis, Finding::Severity::warning), "warning"),
                  counted(count(diagnosis, Finding::Severity::note), "note"));
  for (const Finding& f : diagnosis.findings) {
    const std::string severity = std::string(to_string(f.severity)) + ":";
    text += fmt::format("\n{} {}\n",
                        f.severity == Finding::Severity::warning ? style.yellow(severity) : style.blue(severity),
                        style.bold(f.message));
    text += fmt::format("  why     {}\n  change  {}\n  at      {}\n", f.why, f.change, f.place);
  }
  return text;
}

int run(const DoctorOptions& options, std::ostream& out) {
  const Recipe recipe = load_recipe(options.recipe, options.settings);
  const Diagnosis diagnosis = examine(recipe, options);
  if (!diagnosis.no_data.empty())
    warn(options, "only the recipe was examined, the data could not be: " + diagnosis.no_data);
  if (options.json)
    out << doctor_document(recipe, diagnosis).dump() << '\n';
  else
    out << report(recipe, diagnosis, options.style_for(std::cout));
  return kDone;
}

}  // namespace

Verb add_doctor(CLI::App& program) {
  const auto options = std::make_shared<DoctorOptions>();
  CLI::App* app = program.add_subcommand("doctor", "Say what in a recipe cannot do what it seems to, and why");
  app->add_option("RECIPE", options->recipe, "Recipe to examine (TOML)")->required()->option_text(" ");
  app->add_option("--set", options->settings, "Change a setting of the recipe; may be repeated")
      ->allow_extra_args(false)
      ->option_text("PATH=VALUE");
  app->add_option("--data-dir", options->data_dir, "Folder of the data files [TELAR_DATA, else the system's]")
      ->option_text("DIR");
  add_common_options(*app, *options,
                     "  telar doctor recipes/fashion-mnist/reduce-lr-on-plateau.toml\n"
                     "  telar doctor baseline.toml --set fit.batch_size=1 --json");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
