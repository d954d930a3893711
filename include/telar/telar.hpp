// Everything a user needs: data, layers, Sequential, callbacks.
#pragma once

#include <telar/callbacks.hpp>
#include <telar/dataset.hpp>
#include <telar/error.hpp>
#include <telar/history.hpp>
#include <telar/initializers.hpp>
#include <telar/layers.hpp>
#include <telar/losses.hpp>
#include <telar/optimizers.hpp>
#include <telar/sequential.hpp>
#include <telar/version.hpp>
