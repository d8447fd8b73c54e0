"""PyTorch's side of bench/step.mjs: median milliseconds of a training step. Arguments: threads, batch."""
import statistics
import sys
import time

import torch
from torch import nn

THREADS, BATCH = int(sys.argv[1]), int(sys.argv[2])
WARM_UP, STEPS = 30, 300

torch.set_num_threads(THREADS)
torch.manual_seed(1)
network = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.ConvTranspose2d(4, 16, 2, 2), nn.ReLU(),
    nn.ConvTranspose2d(16, 1, 2, 2), nn.Sigmoid(),
)
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
loss_function = nn.MSELoss()
images = torch.rand(BATCH, 1, 28, 28)

times = []
for _ in range(WARM_UP + STEPS):
    start = time.perf_counter()
    batch = images.clone()
    optimizer.zero_grad()
    loss = loss_function(network(batch), batch)
    loss.backward()
    optimizer.step()
    loss.item()
    times.append((time.perf_counter() - start) * 1e3)
print(f"median_ms {statistics.median(times[WARM_UP:]):.3f}")
