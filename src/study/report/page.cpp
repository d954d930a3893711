#include "study/report/page.hpp"

#include <fmt/format.h>
#include <initializer_list>
#include <kainjow/mustache.hpp>
#include <span>
#include <stdexcept>

#include "base/base64.hpp"
#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "study/report/assets.hpp"
#include "study/report/view.hpp"
#include "study/report/view_tuning.hpp"

namespace telar {

namespace {

namespace mustache = kainjow::mustache;

mustache::data to_mustache(const Json& value) {
  if (value.is_object()) {
    mustache::data object;
    for (const auto& [name, inner] : value.items()) object.set(name, to_mustache(inner));
    return object;
  }
  if (value.is_array()) {
    mustache::data list(mustache::data::type::list);
    for (const Json& inner : value) list.push_back(to_mustache(inner));
    return list;
  }
  if (value.is_string()) return printable_lines(value.get<std::string>());
  if (value.is_null()) return false;
  if (value.is_boolean()) return value.get<bool>();
  return value.dump();
}

/// The template of this name, filled; others with the same ending can be named in it as {{>name_part}}.
std::string render(const std::string& name, mustache::data data, const mustache::mustache::escape_handler& escape) {
  const std::string ending = name.substr(name.find('.'));
  for (const ReportAsset& asset : report_assets()) {
    if (!asset.name.ends_with(ending) || asset.name == name) continue;
    const std::string part(asset.name.substr(0, asset.name.size() - ending.size()));
    data.set(part + "_part", std::string(asset.text));
  }
  mustache::mustache page{std::string(report_asset(name))};
  page.set_custom_escape(escape);
  std::string text = page.render(data);
  if (!page.is_valid()) throw std::logic_error(name + ": " + page.error_message());
  return text;
}

/// 'sha256-...', by which a page's policy knows a script or style of its own.
std::string source_of(std::string_view text) {
  const std::string hex = sha256(std::as_bytes(std::span(text)));
  std::vector<std::byte> digest;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    digest.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return "'sha256-" + base64(digest) + "'";
}

/// JSON that may stand within <script>: nothing in it ends one.
std::string for_script(const Json& json) {
  std::string text;
  for (const char c : json.dump(-1, ' ', true, Json::error_handler_t::replace)) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text;
}

std::string escape_markdown(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// The page that a template makes of a view, with the scripts that draw its charts.
std::string page_of(const std::string& name, Json view, std::initializer_list<const char*> scripts) {
  const std::string_view style = report_asset("style.css"), chart = report_asset("chart.min.js");
  std::string script;
  for (const char* file : scripts) script += report_asset(file);
  view["policy"] = fmt::format(
      "default-src 'none'; script-src {} {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
      source_of(chart), source_of(script), source_of(style));
  view["charts"] = for_script(view["charts"]);
  mustache::data data = to_mustache(view);
  data.set("style", std::string(style));
  data.set("chart_script", std::string(chart));
  data.set("script", script);
  return render(name, std::move(data), mustache::html_escape<std::string>);
}

}  // namespace

std::string report_page(const ReportContent& content) {
  return page_of("page.html", view_report(content), {"charts.js", "report.js"});
}

std::string tuning_page(const TuningContent& content) {
  return page_of("tuning.html", view_tuning(content), {"charts.js", "report.js", "tuning.js"});
}

std::string report_markdown(const ReportContent& content) {
  return render("page.md", to_mustache(view_report(content)), escape_markdown);
}

std::string tuning_markdown(const TuningContent& content) {
  return render("tuning.md", to_mustache(view_tuning(content)), escape_markdown);
}

}  // namespace telar
