#include <iostream>

#include <telar/telar.hpp>

using namespace telar;

int main() {
  auto [train, test] = datasets::fashion_mnist();
  auto [valid, fit] = take_first(train, 10'000);

  Sequential model{Input{28, 28},
                   {Rescaling{.scale = 1.0 / 255}, Flatten{}, Dense{.units = 128, .activation = Activation::relu},
                    BatchNormalization{}, Dense{.units = 10, .activation = Activation::softmax}}};
  model.compile({.optimizer = Adam{}, .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});

  History history = model.fit(fit.slice(0, 10'000),  // a fifth of the images, for a first look
                              {.batch_size = 128,
                               .epochs = 5,
                               .validation_data = valid,
                               .callbacks = {EarlyStopping{.patience = 2}, ProgressBar{}}});
  Score score = model.evaluate(test);
  std::cout << history.epochs.size() << " epochs, test accuracy " << score["accuracy"].value << '\n';
  model.save_weights("fashion.npz");
}
