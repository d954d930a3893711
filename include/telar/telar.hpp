// Everything a user needs: data, layers, Sequential, callbacks, Predictor.
#pragma once

#include <telar/callbacks.hpp>
#include <telar/cross_validation.hpp>
#include <telar/csv.hpp>
#include <telar/custom.hpp>
#include <telar/custom_layer.hpp>
#include <telar/dataset.hpp>
#include <telar/error.hpp>
#include <telar/gradient_check.hpp>
#include <telar/history.hpp>
#include <telar/image_layers.hpp>
#include <telar/initializers.hpp>
#include <telar/layers.hpp>
#include <telar/learning_rate.hpp>
#include <telar/losses.hpp>
#include <telar/metrics.hpp>
#include <telar/normalization_layers.hpp>
#include <telar/optimizers.hpp>
#include <telar/predictor.hpp>
#include <telar/sequential.hpp>
#include <telar/snapshot.hpp>
#include <telar/training.hpp>
#include <telar/tuning.hpp>
#include <telar/version.hpp>
