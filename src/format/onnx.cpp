// export_onnx: a network to an ONNX model.
#include <algorithm>
#include <nlohmann/json.hpp>

#include <telar/error.hpp>
#include <telar/onnx.hpp>
#include <telar/version.hpp>

#include "base/atomic_file.hpp"
#include "format/onnx_layers.hpp"
#include "model/fold.hpp"

namespace telar {

namespace {

/// Protocol buffers end at 2 GiB; names and operators get a MiB of it.
constexpr std::size_t kMostWeights = ((std::size_t{1} << 31) - (std::size_t{1} << 20)) / sizeof(float);

/// Whether the network begins as networks of raw pixels do.
bool takes_pixels(const Sequential& model) {
  const std::size_t axes = model.input().shape.size();
  if (axes != 2 && axes != 3) return false;
  const auto computes = [](const Layer& layer) {
    return !std::holds_alternative<RandomFlip>(layer) && !std::holds_alternative<RandomTranslation>(layer) &&
           !std::holds_alternative<Flatten>(layer) && !std::holds_alternative<Reshape>(layer);
  };
  const auto first = std::ranges::find_if(model.layers(), computes);
  return first != model.layers().end() && std::holds_alternative<Rescaling>(*first);
}

}  // namespace

void export_onnx(const Sequential& model, const std::filesystem::path& file, const OnnxOptions& options) {
  if (model.get_weights().size() > kMostWeights)
    throw Error(ErrorCode::usage, file.string(),
                "the network has " + std::to_string(model.get_weights().size()) + " weights, and an ONNX file holds " +
                    std::to_string(kMostWeights),
                "keep it as .keras");
  Model network(model.input(), model.layers(), model.seed());
  std::ranges::copy(model.get_weights(), network.weights().begin());
  if (options.fold_batch_normalization) network = fold_for_inference(network);

  const bool bytes =
      options.input == OnnxInput::uint8 || (options.input == OnnxInput::automatic && takes_pixels(model));
  OnnxGraph graph(bytes ? "image" : "input");
  std::string x = graph.input();
  if (bytes) {
    graph.enter("image");
    x = graph.add("Cast", {x}, {{"to", static_cast<std::int64_t>(OnnxType::float32)}});
  }
  x = add_onnx_layers(graph, network, x);

  OnnxDocument document{version(),
                        bytes ? OnnxType::uint8 : OnnxType::float32,
                        model.input().shape,
                        network.infos().empty() ? model.input().shape : network.infos().back().output_shape,
                        {}};
  document.metadata.emplace_back("weights_sha256", model.weights_sha256());
  if (!options.class_names.empty())
    document.metadata.emplace_back(
        "class_names",
        nlohmann::json(options.class_names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  write_file(file, std::move(graph).bytes(x, document));
}

}  // namespace telar
