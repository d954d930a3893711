#include "study/report/view.hpp"

#include <algorithm>
#include <fmt/format.h>

#include <telar/version.hpp>

#include "base/utf8.hpp"
#include "study/report/sentences.hpp"

namespace telar {

namespace {

std::string cut_at(const std::string& text, std::size_t most) {
  std::string cut = text.substr(0, most);
  const bool shortened = cut.size() < text.size();
  // A cut within a character takes its beginning away too.
  for (int i = 0; shortened && i < 3 && !is_utf8(cut); ++i) cut.pop_back();
  cut = printable(cut);
  std::ranges::replace(cut, '\n', '?');
  return shortened ? cut + "…" : cut;
}

}  // namespace

std::string shown(const std::string& text) { return cut_at(text, kMostShownText); }

std::string shown_sentence(const std::string& text) { return cut_at(text, 4 * kMostShownText); }

Json view_cell(std::string text, std::string kind) {
  return Json{{"text", std::move(text)}, {"kind", std::move(kind)}};
}

Json view_row(std::string head, Json cells, int recipe) {
  const Json color =
      recipe < 0 ? Json(false) : Json(fmt::format("c{}", static_cast<std::size_t>(recipe) % kReportColors));
  return Json{{"head", std::move(head)}, {"color", color}, {"cells", std::move(cells)}};
}

Json view_table(std::string caption, std::vector<std::string> columns, Json rows) {
  return Json{{"caption", std::move(caption)}, {"columns", std::move(columns)}, {"rows", std::move(rows)}};
}

Json Figures::add(std::string title, std::string note, std::string label, Json table, Json chart) {
  const std::string id = fmt::format("chart-{}", charts.size() + 1);
  const std::string shape = chart["kind"];
  chart["id"] = id;
  charts.push_back(std::move(chart));
  return Json{{"id", id},
              {"shape", shape},
              {"title", std::move(title)},
              {"note", note.empty() ? Json(false) : Json(std::move(note))},
              {"label", std::move(label)},
              {"table", std::move(table)}};
}

Json view_report(const ReportContent& content) {
  Figures figures;
  Json notices = Json::array();
  for (const std::string& notice : content.notices) notices.push_back(notice);
  Json legend = Json::array();
  for (std::size_t r = 0; r < content.recipes.size(); ++r)
    legend.push_back(Json{{"name", shown(content.recipes[r].name)}, {"color", fmt::format("c{}", r % kReportColors)}});

  Json view{{"version", version()},
            {"headline", headline(content)},
            {"caution", caution(content)},
            {"notices", notices.empty() ? Json(false) : Json{{"list", notices}}},
            {"legend", legend.size() > 1 ? Json{{"list", legend}} : Json(false)}};
  view["verdicts"] = view_verdicts(content, figures);
  view["why"] = view_why(content);
  view["scores"] = view_scores(content, figures);
  view["learning"] = view_learning(content, figures);
  view["classes"] = view_classes(content);
  view["networks"] = view_networks(content, figures);
  view["recipes"] = view_recipes(content);
  view["origins"] = view_origins(content);
  view["charts"] = std::move(figures.charts);
  return view;
}

}  // namespace telar
