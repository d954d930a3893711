// Any JSON, taken for the result of a training, its environment, a study and a search: the page is whole, and holds no
// markup but its own.
#include <telar/error.hpp>

#include "base/utf8.hpp"
#include "input_file.hpp"
#include "study/report/gather.hpp"
#include "study/report/gather_tuning.hpp"
#include "study/report/judged_study.hpp"
#include "study/report/page.hpp"
#include "study/stored_result.hpp"

namespace {

std::size_t scripts_in(const std::string& page) {
  std::size_t n = 0;
  for (std::size_t at = page.find("<script"); at != std::string::npos; at = page.find("<script", at + 1)) ++n;
  return n;
}

void require_whole(const std::string& page, const std::string& markdown) {
  require(scripts_in(page) == 3 && page.ends_with("</html>\n") && telar::is_utf8(page));
  require(telar::is_utf8(markdown));
}

void report_search(const telar::Json& document) {
  try {
    const telar::TuningContent search = telar::read_tuning(document, "search");
    require_whole(telar::tuning_page(search), telar::tuning_markdown(search));
    require(telar::tuning_report_document(search, "")["schema"] == "telar.report/1");
  } catch (const telar::Error& error) {
    require(error.code() == telar::ErrorCode::data && !error.message().empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const telar::Json document = telar::Json::parse(bytes, bytes + size, nullptr, false);
  if (document.is_discarded()) return 0;
  telar::RecipeRuns recipe;
  recipe.name = "recipe";
  recipe.environment = document;
  recipe.runs = {telar::read_train_document(document)};
  recipe.summary = telar::summarize_runs(recipe.runs);
  recipe.curves = telar::curves_of(recipe.runs);
  recipe.events = telar::events_of(recipe.runs.front());
  if (recipe.runs.front().test && recipe.runs.front().test->classes > 0) recipe.pooled = recipe.runs.front().test;

  telar::ReportContent content;
  content.recipes = {recipe};
  try {
    content.study = telar::read_study(document, "study");
    content.notices = telar::notices_of(*content.study);
  } catch (const telar::Error& error) {
    require(error.code() == telar::ErrorCode::data && !error.message().empty());
  }
  require_whole(telar::report_page(content), telar::report_markdown(content));
  report_search(document);
  return 0;
}
