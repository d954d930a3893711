// Sequential::summary: Keras's table.
#include <algorithm>
#include <fmt/format.h>
#include <ostream>

#include <telar/sequential.hpp>

#include "spec/validate.hpp"
#include "train/state.hpp"

namespace telar {

namespace {

std::string with_commas(std::size_t n) {
  const std::string digits = std::to_string(n);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string bytes_text(std::size_t floats) {
  double size = static_cast<double>(floats) * 4;
  const char* unit = "B";
  for (const char* next : {"KB", "MB", "GB"}) {
    if (size < 1024) break;
    size /= 1024;
    unit = next;
  }
  return fmt::format("{:.2f} {}", size, unit);
}

/// (None, 512): the batch axis is None, as in Keras.
std::string batch_shape(const std::vector<int>& shape) {
  std::string text = "(None";
  for (const int extent : shape) text += ", " + std::to_string(extent);
  return text + ")";
}

/// One for each layer; a Residual's layers follow it, indented.
void add_rows(const Model& model, const std::vector<Layer>& layers, const std::vector<LayerInfo>& infos,
              const std::string& indent, std::vector<std::array<std::string, 3>>& rows) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerInfo& info = infos[i];
    std::size_t parameters = 0;
    for (std::size_t v = info.first_variable; v < info.first_variable + info.variable_count; ++v)
      parameters += model.variables()[v].size();
    const std::string name = info.name.substr(info.name.rfind('/') + 1);
    rows.push_back({fmt::format("{}{} ({})", indent, name, class_name(layers[i])), batch_shape(info.output_shape),
                    with_commas(parameters)});
    if (const auto* residual = std::get_if<Residual>(&layers[i]))
      add_rows(model, residual->layers, info.inner, indent + "  ", rows);
  }
}

}  // namespace

void Sequential::summary(std::ostream& out) const {
  const Model& model = state_->model;
  std::vector<std::array<std::string, 3>> rows{{"Layer (type)", "Output Shape", "Param #"}};
  std::size_t total = 0, trainable = 0;
  for (const Variable& variable : model.variables()) {
    total += variable.size();
    if (variable.trainable) trainable += variable.size();
  }
  add_rows(model, model.layers(), model.infos(), "", rows);
  std::array<std::size_t, 3> widths{};
  for (const auto& row : rows)
    for (std::size_t c = 0; c < 3; ++c) widths[c] = std::max(widths[c], row[c].size());
  const auto rule = [&](const char* left, const char* cross, const char* right, const char* line) {
    out << left;
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t i = 0; i < widths[c] + 2; ++i) out << line;
      out << (c < 2 ? cross : right);
    }
    out << '\n';
  };
  rule("┏", "┳", "┓", "━");
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (r == 1) rule("┡", "╇", "┩", "━");
    const char* bar = r == 0 ? "┃" : "│";
    out << fmt::format("{0} {1:<{2}} {0} {3:<{4}} {0} {5:>{6}} {0}\n", bar, rows[r][0], widths[0], rows[r][1],
                       widths[1], rows[r][2], widths[2]);
  }
  rule("└", "┴", "┘", "─");
  out << fmt::format(" Total params: {} ({})\n", with_commas(total), bytes_text(total));
  out << fmt::format(" Trainable params: {} ({})\n", with_commas(trainable), bytes_text(trainable));
  out << fmt::format(" Non-trainable params: {} ({})\n", with_commas(total - trainable), bytes_text(total - trainable));
  if (state_->is_compiled) {
    const std::size_t slots = state_->optimizer.slots.size() * trainable;
    out << fmt::format(" Optimizer state, apart from these: {} ({})\n", with_commas(slots), bytes_text(slots));
  }
}

}  // namespace telar
