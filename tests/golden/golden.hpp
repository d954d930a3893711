// The values that the real Keras produced, and how its arguments become telar's settings.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <telar/layers.hpp>
#include <telar/learning_rate.hpp>
#include <telar/losses.hpp>

#include "spec/describe.hpp"

namespace telar::golden {

using Json = nlohmann::json;

/// The file named by TELAR_GOLDEN, by default the tree's. Read once.
const Json& values();
/// What generate_rules.py wrote, beside it: optimisers that look at whole variables, regularisers, constraints.
const Json& rules();
/// What generate_vocabulary.py wrote, beside it: losses, metrics and layers that golden.json does not have.
const Json& vocabulary();
/// Its path, for messages.
const std::string& path();

/// Skips the test that it stands in if the file lacks `key`.
#define TELAR_NEEDS_GOLDEN(key)                                              \
  if (!::telar::golden::values().contains(key)) {                            \
    GTEST_SKIP() << "no \"" << (key) << "\" in " << ::telar::golden::path(); \
  }

/// A JSON number, or the NaN and infinities that Python writes.
double number(const Json& value);
/// All numbers of a (nested) array in order, as float32.
std::vector<float> floats(const Json& value);

/// Largest |a - b| over largest |b|; infinity if sizes differ or there is a NaN.
double max_norm_error(const std::vector<float>& a, const std::vector<float>& b);

/// Names of the cases that a test passed over because they use what telar does not have (yet); printed at its end, so
/// that nothing is left out silently.
class NotCovered {
 public:
  explicit NotCovered(std::string what) : what_(std::move(what)) {}
  NotCovered(const NotCovered&) = delete;
  NotCovered& operator=(const NotCovered&) = delete;
  ~NotCovered();
  void add(const std::string& name) { names_.insert(name); }

 private:
  std::string what_;
  std::set<std::string> names_;
};

namespace detail {

template <class T>
void read(const Json& value, T& member) {
  member = value.get<T>();
}
inline void read(const Json& value, double& member) { member = number(value); }
inline void read(const Json& value, LearningRate& member) { member = number(value); }
template <class... T>
void read(const Json&, std::variant<T...>&) {}  // no golden case names an initialiser, a regulariser or a constraint
template <class T>
void read(const Json& value, std::optional<T>& member) {
  if (!value.is_null()) read(value, member.emplace());
}
template <class E>
requires std::is_enum_v<E>
void read(const Json& value, E& member) {
  for (const auto& entry : enum_names<E>)
    if (entry.name == value.get<std::string>()) member = entry.value;
}
inline void read(const Json&, std::vector<Layer>&) {}
inline void read(const Json& value, ShiftRange& member) {
  member = value.is_array() ? ShiftRange(number(value[0]), number(value[1])) : ShiftRange(number(value));
}

inline void read(const Json& value, Axes& member) {
  if (value.is_array())
    member.list = value.get<std::vector<int>>();
  else
    member = value.get<int>();
}

struct Reader {
  const Json& args;
  std::size_t used = 0;

  template <class T>
  void field(const char* name, T& member, std::string_view, Range = {}) {
    if (!args.contains(name)) return;
    read(args.at(name), member);
    ++used;
  }
};

}  // namespace detail

/// Keras's keyword arguments as telar's settings; nothing if there is one that T does not have.
template <class T>
std::optional<T> settings(const Json& args) {
  T result;
  detail::Reader reader{args};
  describe(result, reader);
  return reader.used == args.size() ? std::optional<T>(result) : std::nullopt;
}

}  // namespace telar::golden
