"""PyTorch: a plain training loop over tensors in memory.

eager: Adam as it comes; fused: Adam(fused=True); compiled: the same with the whole step through torch.compile.
"""

import torch
from common import BATCH, Clock, options, training_and_validation
from torch import nn

asked = options(__doc__, mode=["eager", "fused", "compiled"])
torch.set_num_threads(asked.threads)

(x, y), (x_validation, y_validation) = training_and_validation()
x, y = torch.from_numpy(x).flatten(1), torch.from_numpy(y)
model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
loss_of = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **({} if asked.mode == "eager" else {"fused": True}))


def step(images, labels):
    loss = loss_of(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


if asked.mode == "compiled":
    step = torch.compile(step, dynamic=False)  # one program for whole batches, one for the last

clock = Clock()
for _ in range(asked.epochs):
    clock.start()
    for rows in torch.randperm(len(x)).split(BATCH):
        step(x[rows], y[rows])
    clock.stop()

with torch.no_grad():
    guessed = model(torch.from_numpy(x_validation).flatten(1)).argmax(1)
accuracy = (guessed == torch.from_numpy(y_validation)).float().mean().item()
clock.report(["torch"], validation_accuracy=accuracy)
