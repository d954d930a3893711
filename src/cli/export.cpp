// telar export
#include <memory>

#include <telar/error.hpp>
#include <telar/onnx.hpp>

#include "cli/exit_code.hpp"
#include "cli/verb.hpp"
#include "study/documents.hpp"
#include "study/trained_network.hpp"

namespace telar::cli {

namespace {

struct ExportOptions : CommonOptions {
  std::string what, data_dir, keras, h5, onnx;
  bool no_fold_bn = false;
};

int run(const ExportOptions& options, std::ostream& out) {
  if (options.keras.empty() && options.h5.empty() && options.onnx.empty())
    throw Error(ErrorCode::usage, "export", "no file to write is named",
                "say --keras FILE.keras, --h5 FILE.h5 or --onnx FILE.onnx");
  if (!options.keras.empty() && !options.keras.ends_with(".keras"))
    throw Error(ErrorCode::usage, "--keras", "\"" + options.keras + "\" must end in .keras");
  if (!options.h5.empty() && !options.h5.ends_with(".h5"))
    throw Error(ErrorCode::usage, "--h5", "\"" + options.h5 + "\" must end in .h5");
  if (!options.onnx.empty() && !options.onnx.ends_with(".onnx"))
    throw Error(ErrorCode::usage, "--onnx", "\"" + options.onnx + "\" must end in .onnx");
  if (options.no_fold_bn && options.onnx.empty())
    throw Error(ErrorCode::usage, "--no-fold-bn", "it is for ONNX alone", "say --onnx FILE.onnx too, or leave it out");
  const TrainedNetwork network = open_network(options.what, options.data_dir);
  const Sequential& model = network.model;
  Json files = Json::array();
  for (const std::string& file : {options.keras, options.h5}) {
    if (file.empty()) continue;
    if (file.ends_with(".weights.h5"))
      model.save_weights(file);
    else
      model.save(file, network.names);
    files.push_back(file);
  }
  if (!options.onnx.empty()) {
    export_onnx(model, options.onnx,
                {.fold_batch_normalization = !options.no_fold_bn, .class_names = network.names.class_names});
    files.push_back(options.onnx);
  }
  if (options.json) {
    out << Json{{"schema", "telar.export/1"}, {"files", files}, {"weights_sha256", model.weights_sha256()}}.dump(
               -1, ' ', false, Json::error_handler_t::replace)
        << '\n';
  } else {
    for (const Json& file : files) out << "wrote " << file.get<std::string>() << '\n';
  }
  return kDone;
}

}  // namespace

Verb add_export(CLI::App& program) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* app = program.add_subcommand("export", "Write a trained network for other programs");
  app->add_option("RUN|MODEL", options->what, "Run folder, or Keras model (.keras, .h5)")->required()->option_text(" ");
  app->add_option("--keras", options->keras, "Write a model for Keras 3")->option_text("FILE.keras");
  app->add_option("--h5", options->h5, "Write a model for Keras's older format, or with .weights.h5 the weights alone")
      ->option_text("FILE.h5");
  app->add_option("--onnx", options->onnx,
                  "Write an ONNX model, which takes raw pixels if the network scales them itself")
      ->option_text("FILE.onnx");
  app->add_flag("--no-fold-bn", options->no_fold_bn, "Keep each BatchNormalization in it [folded into a Dense]");
  app->add_option("--data-dir", options->data_dir, "Folder of the data files, for a run that has lost environment.json")
      ->option_text("DIR");
  add_common_options(*app, *options,
                     "  telar export runs/2026-01-02T03-04-05Z-baseline-s0 --keras fashion.keras\n"
                     "  telar export from-keras-3.15.keras --keras for-keras-3.0.keras\n"
                     "  telar export my-run --h5 fashion.weights.h5 --json\n"
                     "  telar export my-run --onnx fashion.onnx");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
