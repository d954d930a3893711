#include "spec/validate.hpp"
#include "study/lint.hpp"
#include "study/recipe_places.hpp"

namespace telar {

namespace {

/// Address of the first Dense layer if no layer before it scales, else nothing; `done` when the search has an end.
std::string first_unscaled(const std::vector<Layer>& layers, const std::string& where, bool& done) {
  for (std::size_t i = 0; i < layers.size() && !done; ++i) {
    const std::string type(class_name(layers[i]));
    std::string address = where + "." + std::to_string(i);
    done = type == "Rescaling" || type.ends_with("Normalization");
    if (const auto* residual = std::get_if<Residual>(&layers[i])) {
      if (std::string inner = first_unscaled(residual->layers, address + ".layers", done); !inner.empty()) return inner;
    } else if (std::holds_alternative<Dense>(layers[i])) {
      done = true;
      return address;
    }
  }
  return {};
}

}  // namespace

void add_unscaled_bytes(const Recipe& recipe, std::vector<Finding>& found) {
  bool done = false;
  const std::string address = first_unscaled(recipe.layers, "model.layers", done);
  if (address.empty()) return;
  found.push_back({Finding::Severity::warning,
                   address + " (Dense) is the first to multiply, and takes bytes as they are: up to 255",
                   "Initial weights suit inputs of size 1. With pixels up to 255 the first outputs and gradients are "
                   "some hundred times larger, and a usual learning rate is too large.",
                   "put { type = \"Rescaling\", scale = 0.00392156862745098 } before it", place_of(recipe, address)});
}

}  // namespace telar
