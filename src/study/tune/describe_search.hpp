// The one place that lists the keys of [search].
#pragma once

#include <array>

#include "base/describe.hpp"
#include "spec/describe.hpp"
#include "study/tune/search_file.hpp"

namespace telar {

template <>
inline constexpr std::array enum_names<TuneOptions::Sampler>{
    EnumName<TuneOptions::Sampler>{TuneOptions::Sampler::tpe, "tpe"},
    EnumName<TuneOptions::Sampler>{TuneOptions::Sampler::quasi_random, "quasi_random"},
    EnumName<TuneOptions::Sampler>{TuneOptions::Sampler::random, "random"}};

template <Is<SearchSettings> T, class V>
void describe(T& s, V&& v) {
  v.field("objectives", s.objectives,
          "What is to be good: a quantity of validation, then maybe \"weights\" and \"latency\", of which less is "
          "better. Default: the first accuracy, else val_loss.");
  v.field("sampler", s.sampler, "Where the next trial is.");
  v.field("eta", s.eta,
          "Of the trials at a rung, one in so many goes on, with so many times its epochs; 1: all train "
          "in full.",
          Range{1, 100});
  v.field("min_epochs", s.min_epochs, "Epochs at the lowest rung.", Range{1, 1 << 30});
  v.field("max_weights", s.max_weights, "Networks with more are not trained.", Range{1, 1 << 30});
  v.field("max_latency", s.max_latency, "Microseconds for one sample; networks that take longer are not trained.",
          kPositive);
}

}  // namespace telar
