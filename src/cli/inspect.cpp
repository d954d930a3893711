// telar inspect
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/exit_code.hpp"
#include "cli/verb.hpp"
#include "spec/validate.hpp"
#include "study/documents.hpp"
#include "study/run_store.hpp"

namespace telar::cli {

namespace {

struct InspectOptions : CommonOptions {
  std::string what, data_dir;
  std::vector<std::string> settings;
};

Json inspect_document(const Recipe& recipe, const Sequential& model) {
  Json layers = Json::array();
  for (const Layer& layer : model.layers()) {
    const auto& alternatives = static_cast<const Layer::Alternatives&>(layer);
    layers.push_back(
        Json{{"name", std::visit([](const auto& l) { return l.name; }, alternatives)}, {"type", class_name(layer)}});
  }
  Json variables = Json::array();
  std::size_t trainable = 0, total = 0;
  for (const Variable& v : model.variables()) {
    variables.push_back(Json{{"path", v.path}, {"shape", v.shape}, {"trainable", v.trainable}});
    total += v.size();
    if (v.trainable) trainable += v.size();
  }
  return Json{{"schema", "telar.inspect/1"},
              {"recipe", recipe.name},
              {"seed", recipe.seed},
              {"input", model.input().shape},
              {"layers", std::move(layers)},
              {"variables", std::move(variables)},
              {"weights", Json{{"total", total}, {"trainable", trainable}, {"non_trainable", total - trainable}}},
              {"optimizer", class_name(model.compiled().optimizer)},
              {"loss", class_name(*model.compiled().loss)},
              {"weights_sha256", model.weights_sha256()}};
}

int run(const InspectOptions& options, std::ostream& out) {
  const bool is_run = std::filesystem::is_directory(options.what);
  const StoredRun stored = is_run ? open_run(options.what) : StoredRun{};
  const Recipe recipe = is_run ? stored.recipe : load_recipe(options.what, options.settings);
  for (const std::string& warning : lint(recipe)) warn(options, warning);

  Sequential model = build_model(recipe, load_data(recipe, options.data_dir).train);
  if (is_run) model.load_weights(stored.weights());
  if (options.json) {
    out << inspect_document(recipe, model).dump() << '\n';
  } else {
    out << fmt::format("{} (seed {}, {} weights)\n", recipe.name, recipe.seed, is_run ? "trained" : "initial");
    model.summary(out);
  }
  return kDone;
}

}  // namespace

Verb add_inspect(CLI::App& program) {
  const auto options = std::make_shared<InspectOptions>();
  CLI::App* app = program.add_subcommand("inspect", "Show the network of a recipe or of a run");
  app->add_option("RECIPE|RUN", options->what, "Recipe (TOML) or run folder")->required()->option_text(" ");
  app->add_option("--set", options->settings, "Change a setting of the recipe; may be repeated")
      ->allow_extra_args(false)
      ->option_text("PATH=VALUE");
  app->add_option("--data-dir", options->data_dir, "Folder of the data files [TELAR_DATA, else the system's]")
      ->option_text("DIR");
  add_common_options(*app, *options,
                     "  telar inspect recipes/fashion-mnist/baseline.toml\n"
                     "  telar inspect baseline.toml --set model.layers.2.units=1024\n"
                     "  telar inspect runs/2026-01-02T03-04-05Z-baseline-s0 --json");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
