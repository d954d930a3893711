// A Predictor from a Sequential: here, because only this floor sees into one.
#include "model/predictor.hpp"

#include "train/state.hpp"

namespace telar {

Predictor::Predictor(const Sequential& model, const PredictorOptions& options)
    : state_(std::make_unique<State>(model.state_->model, options,
                                     model.state_->compiled.dtype == DType::mixed_bfloat16)) {}

}  // namespace telar
