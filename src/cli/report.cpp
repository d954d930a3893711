// telar report
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "cli/exit_code.hpp"
#include "cli/load_data.hpp"
#include "cli/report_text.hpp"
#include "cli/verb.hpp"
#include "study/report/gather.hpp"
#include "study/report/gather_tuning.hpp"
#include "study/report/page.hpp"

namespace telar::cli {

namespace fs = std::filesystem;

namespace {

struct ReportOptions : CommonOptions {
  std::vector<std::string> subjects;
  std::string out, data_dir;
  bool markdown = false;
};

/// Where the page goes unless --out says otherwise: beside what it is about.
fs::path usual_place(const fs::path& subject) {
  std::error_code error;
  return (fs::is_directory(subject, error) ? subject : subject.parent_path()) / "report.html";
}

void print_document(const Json& document, std::ostream& out) {
  out << document.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

/// The document of the search that the subjects are; nothing if they are none. Refuses a search among others.
std::optional<fs::path> search_among(const std::vector<std::string>& subjects) {
  for (const std::string& subject : subjects) {
    std::optional<fs::path> file = tuning_file(subject);
    if (!file) continue;
    if (subjects.size() > 1)
      throw Error(ErrorCode::usage, subject, "a study of telar tune has a report of its own", "give the study alone");
    return file;
  }
  return {};
}

int report_tuning(const fs::path& file, const ReportOptions& options, std::ostream& out) {
  const TuningContent content = gather_tuning(file);
  const fs::path page = options.out.empty() ? usual_place(options.subjects.front()) : fs::path(options.out);
  write_file(page, tuning_page(content));
  if (options.json) {
    print_document(tuning_report_document(content, page.string()), out);
  } else if (options.markdown) {
    out << tuning_markdown(content);
  } else {
    for (const std::string& notice : content.notices) warn(options, notice);
    out << tuning_text(content, options.style_for(std::cout)) << "\nReport: " << page.string() << '\n';
  }
  return kDone;
}

int run(const ReportOptions& options, std::ostream& out) {
  if (const std::optional<fs::path> search = search_among(options.subjects))
    return report_tuning(*search, options, out);
  ReportSettings settings;
  settings.data_dir = options.data_dir;
  settings.threads = options.thread_count();
  settings.reading = shown_reading(options);
  const ReportContent content = gather_report({options.subjects.begin(), options.subjects.end()}, settings);
  for (const RecipeRuns& recipe : content.recipes) {
    if (!recipe.network.problem.empty())
      warn(options, recipe.name + ": its network could not be looked at: " + recipe.network.problem);
  }
  const fs::path page = options.out.empty() ? usual_place(options.subjects.front()) : fs::path(options.out);
  write_file(page, report_page(content));
  if (options.json) {
    print_document(report_document(content, page.string()), out);
  } else if (options.markdown) {
    out << report_markdown(content);
  } else {
    for (const std::string& notice : content.notices) warn(options, notice);
    out << report_text(content, options.style_for(std::cout)) << "\nReport: " << page.string() << '\n';
  }
  return kDone;
}

}  // namespace

Verb add_report(CLI::App& program) {
  const auto options = std::make_shared<ReportOptions>();
  CLI::App* app = program.add_subcommand("report", "Write one HTML page about runs or a study");
  app->add_option("RUN|STUDY", options->subjects,
                  "Run folders, folders of them (train --seeds N --out DIR), and what `telar compare` left or printed; "
                  "or one study of `telar tune`")
      ->required()
      ->option_text("...");
  app->add_option("--out", options->out, "The page [report.html in the first folder]; replaced if it is there")
      ->option_text("FILE");
  auto* markdown = app->add_flag("--markdown", options->markdown, "Print the report as Markdown");
  app->add_option("--data-dir", options->data_dir, "Folder of the data files [as in training]")->option_text("DIR");
  add_common_options(*app, *options,
                     "  telar report runs/2026-01-02T03-04-05Z-baseline-s0\n"
                     "  telar report runs/*baseline* runs/*batch-normalization* --out report.html\n"
                     "  telar report my-seeds --markdown > report.md");
  markdown->excludes("--json");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
