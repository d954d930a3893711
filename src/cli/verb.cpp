#include "cli/verb.hpp"

#include <iostream>

#include "base/cores.hpp"
#include "base/terminal.hpp"
#include "base/utf8.hpp"

namespace telar::cli {

std::optional<bool> CommonOptions::color_wish() const {
  if (color == "auto") return {};
  return color == "always";
}

Style CommonOptions::style_for(const std::ostream& stream) const { return {use_color(stream, color_wish())}; }

int CommonOptions::thread_count() const { return threads > 0 ? threads : available_cores(); }

void add_common_options(CLI::App& app, CommonOptions& options, const std::string& examples) {
  app.add_flag("--json", options.json, "Print the result as one JSON document");
  app.add_flag("-q,--quiet", options.quiet, "No progress on stderr; warnings stay");
  app.add_option("--color", options.color, "auto, always or never; auto: on a terminal unless NO_COLOR is set")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
  app.add_option("--threads", options.threads, "Threads to use [all cores]; results do not depend on it")
      ->check(CLI::Range(1, 1024))
      ->option_text("N");
  app.footer("Examples:\n" + examples);
}

std::string not_empty(const std::string& text) { return text.empty() ? "needs a name, but it is empty" : ""; }

void warn(const CommonOptions& options, const std::string& text) {
  std::cerr << options.style_for(std::cerr).yellow("warning:") << ' ' << printable_lines(text) << '\n';
}

void warn(const CommonOptions& options, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings)
    if (finding.severity == Finding::Severity::warning) warn(options, one_line(finding));
}

}  // namespace telar::cli
