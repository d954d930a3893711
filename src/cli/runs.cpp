// telar runs list, diff, prune
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fmt/chrono.h>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <unistd.h>

#include <telar/error.hpp>

#include "base/utf8.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb.hpp"
#include "study/recipe_values.hpp"
#include "study/run_index.hpp"
#include "study/run_store.hpp"

namespace telar::cli {

namespace fs = std::filesystem;

namespace {

/// Which runs.
struct RunFilter {
  std::string store = "runs", recipe, ended;
  std::optional<int> older_than;  ///< days

  [[nodiscard]] bool chooses() const { return !recipe.empty() || !ended.empty() || older_than.has_value(); }
};

struct RunsOptions : CommonOptions {
  RunFilter filter;
  std::vector<std::string> named;
  bool yes = false;
};

std::vector<RunEntry> chosen(const RunFilter& filter) {
  std::vector<RunEntry> runs = list_runs(filter.store);
  std::string latest;  // as runs write it, so that text is compared with text
  if (filter.older_than) {
    const auto then = std::chrono::system_clock::now() - std::chrono::hours(24 * *filter.older_than);
    latest = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(then)));
  }
  std::erase_if(runs, [&](const RunEntry& run) {
    return (!filter.recipe.empty() && run.recipe != filter.recipe) ||
           (!filter.ended.empty() && state_text(run) != filter.ended) ||
           (filter.older_than && (run.time.empty() || run.time > latest));
  });
  return runs;
}

std::string size_text(std::uintmax_t bytes) {
  constexpr std::array<const char*, 4> kUnits{"B", "kB", "MB", "GB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (size >= 1000 && unit + 1 < kUnits.size()) size /= 1000, ++unit;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::uintmax_t size_of(const std::vector<RunEntry>& runs) {
  std::uintmax_t bytes = 0;
  for (const RunEntry& run : runs) bytes += run.bytes;
  return bytes;
}

std::string counted_runs(const std::vector<RunEntry>& runs) {
  return fmt::format("{} {}, {}", runs.size(), runs.size() == 1 ? "run" : "runs", size_text(size_of(runs)));
}

/// "accuracy 0.8843", or the loss of what has no accuracy.
std::string score_text(const RunEntry& run, const std::string& set) {
  const std::optional<double> accuracy = score_of(run, set, "accuracy"), loss = score_of(run, set, "loss");
  if (accuracy) return "accuracy " + number(*accuracy);
  return loss ? "loss " + number(*loss) : "-";
}

std::string runs_table(const std::vector<RunEntry>& runs, const Style& style) {
  std::vector<std::vector<std::string>> rows{
      {"recipe", "seed", "time", "validation", "test", "ended", "size", "folder"}};
  for (const RunEntry& run : runs)
    rows.push_back({run.recipe.empty() ? "-" : printable(run.recipe), run.seed ? std::to_string(*run.seed) : "-",
                    run.time.empty() ? "-" : printable(run.time), score_text(run, "validation"),
                    score_text(run, "test"), printable(state_text(run)), size_text(run.bytes),
                    printable(run.path.string()) + (run.problem.empty() ? "" : "  (" + run.problem + ")")});
  return aligned(rows, style);
}

int list(const RunsOptions& options, std::ostream& out) {
  const std::vector<RunEntry> runs = chosen(options.filter);
  if (options.json) {
    out << runs_document(runs).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  } else if (runs.empty()) {
    out << "No runs in " << options.filter.store << ".\n";
  } else {
    out << runs_table(runs, options.style_for(std::cout)) << '\n' << counted_runs(runs) << '\n';
  }
  return kDone;
}

int diff(const RunsOptions& options, std::ostream& out) {
  const std::string &first = options.named[0], &second = options.named[1];
  const auto read = [](const std::string& path) {
    return fs::is_directory(path) ? recipe_of_run(path) : load_recipe(path);
  };
  const std::vector<RecipeDifference> differences = compare_recipes(read(first), read(second));
  const auto value = [](const std::optional<std::string>& text) { return text ? printable(*text) : std::string("-"); };
  if (options.json) {
    Json all = Json::array();
    for (const RecipeDifference& d : differences)
      all.push_back(Json{{"key", d.address},
                         {"first", d.first ? Json(*d.first) : Json(nullptr)},
                         {"second", d.second ? Json(*d.second) : Json(nullptr)}});
    out << Json{{"schema", "telar.runs_diff/1"}, {"first", first}, {"second", second}, {"differences", std::move(all)}}
               .dump(-1, ' ', false, Json::error_handler_t::replace)
        << '\n';
  } else if (differences.empty()) {
    out << "Their recipes say the same.\n";
  } else {
    std::vector<std::vector<std::string>> rows{{"key", printable(first), printable(second)}};
    for (const RecipeDifference& d : differences)
      rows.push_back({printable(d.address), value(d.first), value(d.second)});
    out << aligned(rows, options.style_for(std::cout));
  }
  return kDone;
}

/// Asks on the terminal; without one, an Error that says what it takes.
bool may_delete(const std::vector<RunEntry>& runs, const RunsOptions& options) {
  if (options.yes) return true;
  const std::string what = counted_runs(runs);
  if (options.json || isatty(STDIN_FILENO) == 0)
    throw Error(ErrorCode::usage, "runs prune", what + " would be deleted, and nothing was",
                "look at them with `telar runs list`, then say --yes");
  std::cerr << runs_table(runs, options.style_for(std::cerr)) << "\nDelete " << what << "? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

/// The runs that the command line names, each once.
std::vector<RunEntry> named_runs(const std::vector<std::string>& paths) {
  std::vector<RunEntry> runs;
  std::set<fs::path> seen;
  for (const std::string& path : paths) {
    fs::path folder = fs::path(path).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();  // "run/", which would be followed if it is a link
    std::optional<RunEntry> run = read_run(folder);
    if (!run) throw Error(ErrorCode::usage, path, "not a run folder, so it is not deleted");
    if (seen.insert(fs::canonical(folder)).second) runs.push_back(std::move(*run));
  }
  return runs;
}

struct Deletion {
  std::vector<RunEntry> deleted;
  std::optional<Error> problem;  ///< why it stopped before the end, if it did
};

/// Deletes them in turn.
Deletion delete_runs(std::vector<RunEntry> runs) {
  Deletion done;
  for (RunEntry& run : runs) {
    try {
      delete_run(run.path);
    } catch (const Error& error) {
      done.problem = error;
      return done;
    }
    done.deleted.push_back(std::move(run));
  }
  return done;
}

int prune(const RunsOptions& options, std::ostream& out) {
  if (options.named.empty() && !options.filter.chooses())
    throw Error(ErrorCode::usage, "runs prune", "which runs?",
                "name folders, or choose by --recipe, --ended or --older-than");
  if (!options.named.empty() && options.filter.chooses())
    throw Error(ErrorCode::usage, "runs prune", "folders are named, and runs are chosen as well", "do one of the two");
  std::vector<RunEntry> runs = options.named.empty() ? chosen(options.filter) : named_runs(options.named);
  // Somebody is at work there.
  std::erase_if(runs, [](const RunEntry& run) { return run.state == RunEntry::State::training; });
  Deletion done;
  if (!runs.empty() && may_delete(runs, options)) done = delete_runs(std::move(runs));
  const std::vector<RunEntry>& deleted = done.deleted;
  if (options.json) {
    Json paths = Json::array();
    for (const RunEntry& run : deleted) paths.push_back(run.path.string());
    out << Json{{"schema", "telar.runs_prune/1"}, {"deleted", std::move(paths)}, {"bytes", size_of(deleted)}}.dump(
               -1, ' ', false, Json::error_handler_t::replace)
        << '\n';
  } else {
    for (const RunEntry& run : deleted)
      out << "deleted  " << printable(run.path.string()) << "  " << size_text(run.bytes) << '\n';
    out << (deleted.empty() ? std::string("Nothing was deleted.") : counted_runs(deleted)) << '\n';
  }
  if (done.problem) {
    out.flush();  // what is gone is said, whatever else
    throw *done.problem;
  }
  return kDone;
}

void add_filter(CLI::App& app, RunFilter& filter) {
  app.add_option("--dir", filter.store, "Folder of the runs [runs]")->option_text("DIR");
  app.add_option("--recipe", filter.recipe, "Only runs of the recipe of that name")->option_text("NAME");
  app.add_option("--ended", filter.ended, "Only runs that ended so, or are unfinished, training or damaged")
      ->check(
          CLI::IsMember({"completed", "stopped_early", "interrupted", "diverged", "unfinished", "training", "damaged"}))
      ->option_text("HOW");
  app.add_option("--older-than", filter.older_than, "Only runs that began more than N days ago")
      ->check(CLI::Range(0, 100000))
      ->option_text("N");
}

}  // namespace

Verb add_runs(CLI::App& program) {
  const auto options = std::make_shared<RunsOptions>();
  CLI::App* runs = program.add_subcommand("runs", "List run folders, compare their recipes, take some away");
  runs->require_subcommand(0, 1);
  add_filter(*runs, options->filter);
  add_common_options(*runs, *options,
                     "  telar runs\n"
                     "  telar runs list --recipe baseline --ended completed\n"
                     "  telar runs diff runs/2026-01-02T03-04-05Z-baseline-s0 runs/2026-01-02T03-09-01Z-wider-s0\n"
                     "  telar runs prune --ended interrupted");

  CLI::App* lister = runs->add_subcommand("list", "Recipe, seed, time, scores, end and size of each run");
  add_filter(*lister, options->filter);
  add_common_options(*lister, *options, "  telar runs list --recipe baseline --json");

  CLI::App* differ = runs->add_subcommand("diff", "In what the recipes of two runs differ");
  differ->add_option("RUN", options->named, "Two run folders, or recipes (TOML)")
      ->required()
      ->expected(2)
      ->option_text(" ");
  add_common_options(*differ, *options, "  telar runs diff runs/2026-01-02T03-04-05Z-baseline-s0 wider.toml");

  CLI::App* pruner = runs->add_subcommand("prune", "Delete run folders; asks before");
  pruner->add_option("RUN", options->named, "Run folders")->option_text("...");
  add_filter(*pruner, options->filter);
  pruner->add_flag("--yes", options->yes, "Do not ask");
  add_common_options(*pruner, *options,
                     "  telar runs prune --ended diverged\n"
                     "  telar runs prune --recipe baseline --older-than 30 --yes");

  return {runs, [options, differ, pruner](std::ostream& out) {
            if (differ->parsed()) return diff(*options, out);
            return pruner->parsed() ? prune(*options, out) : list(*options, out);
          }};
}

}  // namespace telar::cli
