// The view's recipes, environments and commands.
#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <sstream>
#include <string_view>

#include "study/recipe_text.hpp"
#include "study/report/sentences.hpp"
#include "study/report/view.hpp"
#include "study/stored_result.hpp"

namespace telar {

namespace {

constexpr std::size_t kMostRecipeText = 20'000;
constexpr std::size_t kMostShownRuns = 100;
constexpr std::size_t kShownDigits = 16;  // of a SHA-256

/// What an environment says at the end of a path: "data/test/samples".
std::string fact_text(const Json& environment, const char* path) {
  const Json* value = &environment;
  std::istringstream keys(path);
  for (std::string key; std::getline(keys, key, '/');) value = &json_at(*value, {key.c_str()});
  if (value->is_string()) return shown(value->get<std::string>());
  return value->is_number_integer() ? value->dump() : "–";
}

/// A word as a shell takes it.
std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "-_./=+:,@%^";
  const bool safe = !word.empty() && std::ranges::all_of(word, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || plain.find(c) != std::string_view::npos;
  });
  if (safe) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string command_of(const RecipeRuns& recipe) {
  const Json& words = json_at(recipe.environment, {"command"});
  if (!words.is_array() || words.size() > 1000) return {};
  std::string command;
  for (const Json& word : words) {
    if (!word.is_string()) return {};
    command += (command.empty() ? "" : " ") + quoted(shown(word.get<std::string>()));
  }
  return command;
}

struct Fact {
  const char* name;
  const char* path;
};
constexpr Fact kFacts[] = {{"telar", "telar"},
                           {"Compiler", "compiler"},
                           {"Instruction set", "isa"},
                           {"Threads", "threads"},
                           {"Processor", "cpu"},
                           {"System", "os"},
                           {"Time", "time"},
                           {"Data", "data/train/name"},
                           {"Training samples", "data/train/samples"},
                           {"Validation samples", "data/validation/samples"},
                           {"Test samples", "data/test/samples"},
                           {"Test set SHA-256", "data/test/sha256"}};

Json environment_table(const ReportContent& content) {
  std::vector<std::string> columns{"Environment"};
  for (const RecipeRuns& recipe : content.recipes) columns.push_back(shown(recipe.name));
  Json rows = Json::array();
  bool alike = true;  // but for the time
  for (const Fact& fact : kFacts) {
    Json cells = Json::array();
    for (const RecipeRuns& recipe : content.recipes) {
      const std::string text = fact_text(recipe.environment, fact.path);
      const bool hash = std::string_view(fact.name).ends_with("SHA-256");
      cells.push_back(hash ? view_cell(text.substr(0, kShownDigits), "code") : view_cell(text));
      alike = alike && (cells.back() == cells.front() || std::string_view(fact.name) == "Time");
    }
    rows.push_back(view_row(fact.name, std::move(cells)));
  }
  if (alike && content.recipes.size() > 1) {
    columns = {"Environment", "All recipes"};
    std::erase_if(rows.get_ref<Json::array_t&>(), [](const Json& row) { return row["head"] == "Time"; });
    for (Json& row : rows) row["cells"] = Json::array({row["cells"].front()});
  }
  return view_table("On what, with what and from which data", std::move(columns), std::move(rows));
}

Json runs_table(const ReportContent& content) {
  const std::string quantity = main_quantity(content);
  Json rows = Json::array();
  for (std::size_t r = 0; r < content.recipes.size(); ++r)
    for (const TrainResult& run : content.recipes[r].runs) {
      if (rows.size() == kMostShownRuns) break;
      std::string ended = to_string(run.history.ended);
      std::ranges::replace(ended, '_', ' ');
      const Estimate* reading = reading_of(run, quantity);
      rows.push_back(view_row(shown(content.recipes[r].name),
                              Json::array({view_cell(std::to_string(run.seed), "n"), view_cell(ended),
                                           view_cell(reading ? value_text(reading->value, quantity) : "–", "n"),
                                           view_cell(shown(run.weights_sha256.substr(0, kShownDigits)), "code"),
                                           view_cell(shown(run.run_dir.string()), "code")}),
                              static_cast<int>(r)));
    }
  return view_table("Runs", {"Recipe", "Seed", "Ended", "Test", "Weights SHA-256", "Folder"}, std::move(rows));
}

}  // namespace

Json view_recipes(const ReportContent& content) {
  if (content.recipes.empty()) return nullptr;
  Json changes = Json::array();
  for (const Difference& difference : content.differences) {
    Json lines = Json::array();
    for (const DiffLine& line : difference.lines) {
      const bool removed = line.kind == DiffLine::Kind::removed, added = line.kind == DiffLine::Kind::added;
      lines.push_back(Json{{"kind", removed ? "removed"
                                    : added ? "added"
                                            : "same"},
                           {"mark", removed ? "−"
                                    : added ? "+"
                                            : " "},
                           {"word", removed ? Json("removed: ")
                                    : added ? Json("added: ")
                                            : Json(false)},
                           {"line", line.text.substr(0, 500)}});
    }
    changes.push_back(Json{{"name", shown(difference.recipe)}, {"lines", std::move(lines)}});
  }
  Json texts = Json::array();
  for (const RecipeRuns& recipe : content.recipes)
    texts.push_back(Json{{"name", shown(recipe.name)},
                         {"hash", recipe.hash},
                         {"toml", to_short_toml(recipe.recipe).substr(0, kMostRecipeText)}});
  return Json{{"first", shown(content.recipes.front().name)},
              {"changes", changes.empty() ? Json(nullptr) : Json{{"list", std::move(changes)}}},
              {"texts", std::move(texts)}};
}

Json view_origins(const ReportContent& content) {
  if (content.recipes.empty()) return nullptr;
  Json commands = Json::array();
  for (const RecipeRuns& recipe : content.recipes) {
    const std::string again = quoted((recipe.runs.front().run_dir / "recipe.toml").string());
    const std::string command = command_of(recipe);
    commands.push_back(Json{{"name", shown(recipe.name)},
                            {"command", command.empty() ? Json(false) : Json(command)},
                            {"again", "telar train " + again}});
  }
  return Json{{"commands", std::move(commands)},
              {"environment", Json{{"table", environment_table(content)}}},
              {"runs", Json{{"table", runs_table(content)}}}};
}

}  // namespace telar
