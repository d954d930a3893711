// telar data: its inspect, and the word that fetch hangs on
#include <iostream>
#include <memory>

#include "base/atomic_file.hpp"
#include "base/utf8.hpp"
#include "cli/exit_code.hpp"
#include "cli/load_data.hpp"
#include "cli/verb.hpp"
#include "model/model.hpp"
#include "study/contact_sheet.hpp"
#include "study/data_report.hpp"

namespace telar::cli {

namespace {

struct DataVerbOptions : CommonOptions {
  std::string recipe, data_dir, sheet;
  std::vector<std::string> settings;
};

std::string spread_text(const Spread& spread) {
  return fmt::format("{:.6g} to {:.6g}, mean {:.6g}", spread.low, spread.high, spread.mean);
}

std::string set_text(const SetReport& report, const Style& style) {
  std::string text =
      style.bold(fmt::format("{}: {} samples of shape {}\n", report.set, report.samples, shape_text(report.shape)));
  text += "  values      " + spread_text(report.values) + "\n";
  for (const Spread& spread : report.targets) text += "  target      " + spread_text(spread) + "\n";
  for (const auto& [name, samples] : report.classes)
    text += fmt::format("  {:<24}{:>10}{:>8.2f} %\n", printable(name), samples,
                        100 * static_cast<double>(samples) / static_cast<double>(report.samples));
  if (report.duplicates > 0) text += style.yellow(fmt::format("  duplicates: {}\n", report.duplicates));
  if (report.also_in_training > 0)
    text += style.yellow(
        fmt::format("  also in the training set: {}, and scores on these say less\n", report.also_in_training));
  constexpr std::size_t kNamed = 8;
  if (!report.constant.empty()) {
    std::string names;
    for (std::size_t i = 0; i < std::min(report.constant.size(), kNamed); ++i)
      names += (i == 0 ? "" : ", ") + printable(report.constant[i]);
    if (report.constant.size() > kNamed) names += ", ...";
    text += style.yellow(fmt::format("  constant features: {} ({})\n", report.constant.size(), names));
  }
  return text;
}

int run(const DataVerbOptions& options, std::ostream& out) {
  const Recipe recipe = load_recipe(options.recipe, options.settings);
  const RecipeData data = load_data(recipe, options, options.data_dir);
  const std::vector<SetReport> reports = report_data(data);
  Json document = data_report_document(recipe, reports, data.skipped_files);
  std::string sheet_rows;
  if (!options.sheet.empty()) {
    const ContactSheet sheet = contact_sheet(data.train);
    write_file(options.sheet, png_bytes(sheet.picture));
    document["sheet"] = Json{{"file", options.sheet}, {"columns", kSheetColumns}, {"rows", sheet.rows}};
    for (const std::string& row : sheet.rows) sheet_rows += (sheet_rows.empty() ? "" : ", ") + row;
  }
  if (options.json) {
    out << document.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    return kDone;
  }
  for (const SetReport& report : reports) out << set_text(report, options.style_for(std::cout));
  if (data.skipped_files > 0)
    out << fmt::format("skipped: {} files that are no picture of a class\n", data.skipped_files);
  if (!options.sheet.empty())
    out << options.sheet << (sheet_rows.empty() ? "" : ": rows from the top are " + sheet_rows) << '\n';
  return kDone;
}

}  // namespace

CLI::App& add_data(CLI::App& program) {
  CLI::App* data = program.add_subcommand("data", "Look at the samples of a recipe, or fetch a set");
  data->require_subcommand(1);
  return *data;
}

Verb add_data_inspect(CLI::App& data) {
  const auto options = std::make_shared<DataVerbOptions>();
  CLI::App* app = data.add_subcommand("inspect", "Counts, shapes, classes, duplicates, features that never change");
  app->add_option("RECIPE", options->recipe, "Recipe (TOML) whose [data] to read")->required()->option_text(" ");
  app->add_option("--set", options->settings, "Change a setting of the recipe; may be repeated")
      ->allow_extra_args(false)
      ->option_text("PATH=VALUE");
  app->add_option("--data-dir", options->data_dir, "Folder of the data files [as in training]")->option_text("DIR");
  app->add_option("--sheet", options->sheet, "Write ten pictures of each class to this PNG file")->option_text("FILE");
  add_common_options(*app, *options,
                     "  telar data inspect recipes/tables/waveform.toml\n"
                     "  telar data inspect recipes/fashion-mnist/baseline.toml --sheet garments.png");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
