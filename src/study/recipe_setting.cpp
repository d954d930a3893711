// --set path=value
#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include <telar/error.hpp>

#include "base/did_you_mean.hpp"
#include "spec/describe.hpp"
#include "study/recipe_tree.hpp"

namespace telar {

namespace {

class Setting {
 public:
  /// "path=value"
  explicit Setting(const std::string& text)
      : place_("--set " + text), source_{{1, 1}, {1, 1}, std::make_shared<const std::string>(place_)} {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      refuse("not of the form path=value", "write it such as fit.epochs=3");
    take_path(text.substr(0, equals));
    value_ = parse_value(text.substr(equals + 1));
  }

  Setting(const std::string& path, const toml::node& value, const toml::source_region& source)
      : place_(place_of(source)), source_(source) {
    take_path(path);
    value_.insert("value", value);
  }

  /// Once: the value moves into the tree, since a copy would not know its place.
  void apply(toml::table& tree) && {
    toml::node* at = &tree;
    std::string address;
    for (std::size_t i = 0; i + 1 < path_.size(); ++i) {
      at = &step(*at, path_[i], address);
      address = join(address, path_[i]);
    }
    if (toml::table* table = at->as_table()) {
      toml::table over;
      over.insert(toml::key(path_.back(), source_), std::move(*value_.get("value")));
      merge(*table, std::move(over), address);
    } else {
      toml::array& array = *at->as_array();
      array.replace(array.cbegin() + index(array, path_.back(), address), std::move(*value_.get("value")));
    }
  }

 private:
  void take_path(const std::string& path) {
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t end = std::min(path.find('.', begin), path.size());
      path_.push_back(path.substr(begin, end - begin));
      if (path_.back().empty())
        refuse("the path has an empty name", "write it such as compile.optimizer.learning_rate=3e-4");
      begin = end + 1;
    }
    constexpr std::size_t kDeepest = 100;
    if (path_.size() > kDeepest) refuse("the path has more than 100 names", "nothing in a recipe is so deep");
    if (path_.front() == "extends") refuse("extends is for files only", "give the other recipe instead");
  }

  // The table or array that `name` is in `parent`.
  toml::node& step(toml::node& parent, const std::string& name, const std::string& address) const {
    toml::table* table = parent.as_table();
    toml::array* array = parent.as_array();
    const std::ptrdiff_t position = array ? index(*array, name, address) : 0;
    toml::node* child = table ? table->get(name) : array->get(static_cast<std::size_t>(position));

    if (child == nullptr || child->is_string()) {
      toml::table made;  // a class name stands for a table with that type: optimizer = "adam"
      if (child != nullptr) made.insert(toml::key("type", child->source()), std::move(*child));
      if (table != nullptr) {
        table->insert_or_assign(toml::key(name, source_), std::move(made));
        child = table->get(name);
      } else {
        array->replace(array->cbegin() + position, std::move(made));
        child = array->get(static_cast<std::size_t>(position));
      }
    }
    if (!child->is_table() && !child->is_array())
      refuse(join(address, name) + " is a value, nothing is inside it", "end the path at " + name);
    return *child;
  }

  std::ptrdiff_t index(const toml::array& array, const std::string& name, const std::string& address) const {
    const auto count = static_cast<std::ptrdiff_t>(array.size());
    std::ptrdiff_t number = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && end == name.data() + name.size()) {
      if (number >= 0 && number < count) return number;
      refuse("there is no " + join(address, name) + ": " + address + " has " + std::to_string(count) + " elements",
             "they count from 0");
    }
    const std::vector<std::string> names = element_names(array);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) refuse("there is no " + name + " in " + address, did_you_mean(name, names));
    return found - names.begin();
  }

  static std::vector<std::string> element_names(const toml::array& array) {
    std::vector<std::pair<std::string, std::string>> classes_and_names;
    for (const toml::node& element : array) {
      const toml::table* table = element.as_table();
      classes_and_names.emplace_back(table ? (*table)["type"].value_or("") : element.value_or(""),
                                     table ? (*table)["name"].value_or("") : "");
    }
    return automatic_names(classes_and_names);
  }

  toml::table parse_value(const std::string& text) const {
    try {
      toml::table parsed = parse_toml("value = " + text, place_);
      if (parsed.size() == 1) return parsed;
    } catch (const Error&) {  // relu, float32, ../data
    }
    toml::table bare;
    bare.insert("value", text);
    return bare;
  }

  [[noreturn]] void refuse(const std::string& message, const std::string& hint) const {
    throw Error(ErrorCode::usage, place_, message, hint);
  }

  std::string place_;
  toml::source_region source_;
  std::vector<std::string> path_;
  toml::table value_;  // {value = ...}, so that the value keeps its place
};

}  // namespace

void apply_setting(toml::table& tree, const std::string& setting) { Setting(setting).apply(tree); }

void set_value(toml::table& tree, const std::string& path, const toml::node& value, const toml::source_region& source) {
  Setting(path, value, source).apply(tree);
}

}  // namespace telar
