// The page docs/reference.md: everything that a recipe can say, from the descriptions alone. A class that joins a
// variant, or a field that joins a description, is on the page without a line here.
//   telar_reference                 prints the page
//   telar_reference FILE            writes it to FILE
//   telar_reference --check FILE    fails if FILE holds another page
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <typeindex>
#include <vector>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "base/file_reader.hpp"
#include "base/number_text.hpp"
#include "study/describe_recipe.hpp"
#include "study/tune/describe_search.hpp"

namespace telar {

namespace {

constexpr std::string_view kIntroduction =
    R"(# Reference: what a recipe can say

Every table, class and option, with its range and default. This page is written by the program itself from the descriptions that read and
check recipes; after a change of those, `cmake --build --preset dev --target reference` writes it anew.

A class is a table with a `type`, such as `{ type = "Dense", units = 10 }`, or its name alone where no option is needed: `"Adam"`. Names are
Keras's, in either spelling: `"BatchNormalization"` or `"batch_normalization"`. Where a default is *required*, there is none. In C++ the
classes are the aggregates of the same name in `include/telar/`, with the same options and defaults.
)";

/// Headings of what options of these names hold.
constexpr std::pair<std::string_view, std::string_view> kTitles[] = {{"layers", "Layers"},
                                                                     {"activation", "Activations"},
                                                                     {"initializer", "Initialisers"},
                                                                     {"regularizer", "Regularisers"},
                                                                     {"constraint", "Constraints"},
                                                                     {"loss", "Losses"},
                                                                     {"metrics", "Metrics"},
                                                                     {"optimizer", "Optimisers"},
                                                                     {"learning_rate", "Learning-rate schedules"},
                                                                     {"callbacks", "Callbacks"}};

std::string title_of(std::string_view field) {
  for (const auto& [ending, title] : kTitles)
    if (field.ends_with(ending)) return std::string(title);
  return "Values of `" + std::string(field) + "`";
}

/// As GitHub makes it of a heading.
std::string link_to(const std::string& title) {
  std::string anchor;
  for (const char c : title) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_')
      anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (c == ' ')
      anchor += '-';
  }
  return "[" + title + "](#" + anchor + ")";
}

std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

template <class T>
concept Number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
/// A class that is no variant, nor derived from one.
template <class T>
concept Table = std::is_class_v<T> && !requires(const T& value) {
  []<class... A>(const std::variant<A...>&) {}(value);
};

class Page {
 public:
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  void heading(const std::string& title) { text_ += "\n## " + title + "\n"; }
  void add(const std::string& paragraph) { text_ += "\n" + paragraph; }

  /// The table of what `describe` tells; what its options can hold gets sections of its own.
  template <class T>
  [[nodiscard]] std::string table(T&& value) {
    Rows rows{*this};
    describe(value, rows);
    return rows.finished();
  }

  /// Sections that options have asked for, those of their options behind them.
  void write_sections() {
    for (std::size_t i = 0; i < waiting_.size(); ++i) waiting_[i]();
  }

  struct Rows {
    Page& page;
    std::map<std::string, std::string, std::less<>> only_with{};  ///< what an option needs
    std::string lines{};
    std::set<std::string, std::less<>> seen{};

    template <class T>
    void field(std::string_view name, const T& value, std::string_view doc, const Range& range = {}) {
      if (!seen.emplace(name).second) return;
      std::string meaning(doc);
      for (std::size_t at = 0; (at = meaning.find('|', at)) != std::string::npos; at += 2) meaning.insert(at, "\\");
      if (const auto need = only_with.find(name); need != only_with.end())
        meaning += " Only with " + need->second + ".";
      const bool bounded = range.low > Range{}.low || range.high < Range{}.high;
      lines += "| " + code(name) + " | " + page.type_of(value, name) + " | " + (bounded ? range.text() : "") + " | " +
               default_of(value, range) + " | " + meaning + " |\n";
    }
    [[nodiscard]] std::string finished() const {
      constexpr std::string_view kHead = "| option | type | range | default | meaning |\n|---|---|---|---|---|\n";
      return lines.empty() ? std::string() : std::string(kHead) + lines;
    }
  };

 private:
  // ---- types: what stands in the second column ----
  static std::string type_of(bool, std::string_view) { return "true or false"; }
  static std::string type_of(const std::string&, std::string_view) { return "string"; }
  template <Number T>
  static std::string type_of(T, std::string_view) {
    return std::is_integral_v<T> ? "integer" : "number";
  }
  template <class E>
  requires std::is_enum_v<E> std::string type_of(E, std::string_view field) {
    constexpr std::size_t kInline = 4;
    if (enum_names<E>.size() > kInline) return link_to(ask_for_enum<E>(title_of(field)));
    std::string names;
    for (const auto& entry : enum_names<E>)
      names += (names.empty() ? "" : ", ") + code("\"" + std::string(entry.name) + "\"");
    return names;
  }
  template <class T>
  std::string type_of(const std::optional<T>& value, std::string_view field) {
    return type_of(value ? *value : T{}, field);
  }
  template <class T>
  std::string type_of(const std::vector<T>&, std::string_view field) {
    return "array: " + type_of(T{}, field);
  }
  template <class... A>
  std::string type_of(const std::variant<A...>&, std::string_view field) {
    const std::string title = ask_for_classes<A...>(title_of(field));
    return std::string((Number<A> || ...) ? "number, or " : "") + link_to(title);
  }
  static std::string type_of(const Axes&, std::string_view) { return "integer, or array of them"; }
  static std::string type_of(const ShiftRange&, std::string_view) { return "number, or array of two"; }
  template <Table T>
  static std::string type_of(const T&, std::string_view) {
    return "table";
  }

  // ---- defaults ----
  static std::string default_of(bool value, const Range&) { return code(value ? "true" : "false"); }
  static std::string default_of(const std::string& value, const Range&) { return code("\"" + value + "\""); }
  template <Number T>
  static std::string default_of(T value, const Range& range) {
    const double number = static_cast<double>(value);
    return range.contains(number) ? code(number_text(number)) : "*required*";
  }
  template <class E>
  requires std::is_enum_v<E>
  static std::string default_of(E value, const Range&) { return code("\"" + std::string(name_of(value)) + "\""); }
  template <class T>
  static std::string default_of(const std::optional<T>& value, const Range& range) {
    return value ? default_of(*value, range) : "";
  }
  template <class T>
  static std::string default_of(const std::vector<T>& value, const Range&) {
    return value.empty() ? code("[]") : "";
  }
  template <class... A>
  static std::string default_of(const std::variant<A...>& value, const Range& range) {
    return std::visit(
        [&range](const auto& alternative) {
          using T = std::remove_cvref_t<decltype(alternative)>;
          if constexpr (Number<T>)
            return default_of(alternative, range);
          else
            return code("\"" + std::string(type_name<T>) + "\"");
        },
        value);
  }
  static std::string default_of(const Axes& value, const Range&) { return code(std::to_string(value.list.front())); }
  static std::string default_of(const LearningRate& value, const Range&) {
    return value.is_given() ? "" : "*required*";
  }
  static std::string default_of(const ShiftRange&, const Range&) { return "*required*"; }
  template <Table T>
  static std::string default_of(const T&, const Range&) {
    return "";
  }

  // ---- sections ----
  /// Its heading; asks for the section unless it has been asked for.
  template <class Key>
  std::string ask_for(std::string title, std::function<void()> write) {
    for (const auto& [key, known] : titles_)
      if (key == typeid(Key)) return known;
    titles_.emplace_back(typeid(Key), title);
    waiting_.push_back(std::move(write));
    return title;
  }

  template <class E>
  std::string ask_for_enum(const std::string& title) {
    return ask_for<E>(title, [this, title] {
      std::string names;
      for (const auto& entry : enum_names<E>)
        names += (names.empty() ? "" : ", ") + code("\"" + std::string(entry.name) + "\"");
      heading(title);
      add(names + ".\n");
    });
  }

  template <class... A>
  std::string ask_for_classes(const std::string& title) {
    return ask_for<std::variant<A...>>(title, [this, title] {
      heading(title);
      std::string plain;
      (add_class<A>(plain), ...);
      if (!plain.empty()) add("Without options: " + plain + ".\n");
    });
  }
  template <class A>
  void add_class(std::string& plain) {
    if constexpr (!Number<A> && is_for_files<A>) {
      const std::string options = table(A{});
      if (options.empty())
        plain += (plain.empty() ? "" : ", ") + code("\"" + std::string(type_name<A>) + "\"");
      else
        add("### " + std::string(type_name<A>) + "\n\n" + options);
    }
  }

  std::string text_{kIntroduction};
  std::vector<std::pair<std::type_index, std::string>> titles_;
  std::vector<std::function<void()>> waiting_;
};

struct OptionNames {
  std::vector<std::string> names{};
  template <class T>
  void field(std::string_view option, const T&, std::string_view, const Range& = {}) {
    names.emplace_back(option);
  }
};

/// The tables of a recipe; its own options come before them.
struct RecipeTables {
  static DataSpec of(DataSpec::Source source) {
    DataSpec spec;
    spec.source = source;
    return spec;
  }

  /// For each option of [data] that not all sources have: `source = "csv"` or `"images"`.
  static std::map<std::string, std::string, std::less<>> needed_sources() {
    std::map<std::string, std::vector<std::string>> sources;
    for (const auto& source : enum_names<DataSpec::Source>) {
      OptionNames options;
      const DataSpec spec = of(source.value);
      describe(spec, options);
      for (const std::string& option : options.names) sources[option].emplace_back(source.name);
    }
    std::map<std::string, std::string, std::less<>> needed;
    for (const auto& [option, names] : sources) {
      if (names.size() == enum_names<DataSpec::Source>.size()) continue;
      std::string& text = needed[option];
      for (const std::string& source : names)
        text += text.empty() ? code("source = \"" + source + "\"") : " or " + code("\"" + source + "\"");
    }
    return needed;
  }

  Page::Rows top;
  std::string text{};

  template <class T>
  void field(std::string_view name, const T& value, std::string_view doc, const Range& range = {}) {
    top.field(name, value, doc, range);
  }
  template <class Visit>
  void section(std::string_view name, Visit&& visit) {
    Page::Rows rows{top.page};
    if (name == "data") rows.only_with = needed_sources();
    visit(rows);
    // [data] has options that go with some sources only.
    if (name == "data")
      for (const auto& source : enum_names<DataSpec::Source>) {
        const DataSpec spec = of(source.value);
        describe(spec, rows);
      }
    text += "\n### [" + std::string(name) + "]\n\n" + rows.finished();
  }
};

std::string reference() {
  Page page;
  page.heading("The tables of a recipe");
  page.add("`extends = \"base.toml\"` builds on another recipe: tables merge, everything else replaces.\n");
  RecipeTables tables{{page}};
  Recipe recipe;
  describe(recipe, tables);
  Page::Rows search{page};
  const SearchSettings settings;
  describe(settings, search);
  page.add(tables.top.finished() + tables.text +
           "\n### [search]\n\nFor `telar tune`, beside [search.space] ([tuning.md](tuning.md)).\n\n" +
           search.finished());
  page.write_sections();
  return page.text();
}

int run(const std::vector<std::string>& arguments) {
  const std::string page = reference();
  if (arguments.empty()) {
    std::cout << page;
    return 0;
  }
  if (arguments.front() != "--check") {
    write_file(arguments.front(), page);
    return 0;
  }
  const ByteBuffer bytes = read_file(arguments.at(1), 1 << 24);
  if (page == std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())) return 0;
  std::cerr << arguments[1] << " is not what the descriptions say; renew it with\n"
            << "  cmake --build --preset dev --target reference\n";
  return 1;
}

}  // namespace

}  // namespace telar

int main(int argc, char** argv) {
  try {
    return telar::run({argv + 1, argv + argc});
  } catch (const telar::Error& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
