"""The step of step.ts in PyTorch: a BERT of the same shape with LoRA on query and value, forward and backward. Prints the median seconds.

usage: step.py THREADS LENGTH,LENGTH,...     texts are padded to the longest, as the default collator does
"""
import statistics, sys, time
import torch
import torch.nn.functional as F
from transformers import BertConfig, BertModel

torch.set_num_threads(int(sys.argv[1]))
lengths = [int(n) for n in sys.argv[2].split(',')]
torch.manual_seed(0)
model = BertModel(BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536), add_pooling_layer=False).eval()
model.requires_grad_(False)


class LoRA(torch.nn.Module):
    def __init__(self, linear):
        super().__init__()
        self.linear = linear
        self.A = torch.nn.Parameter(torch.randn(8, linear.in_features) * .02)
        self.B = torch.nn.Parameter(torch.randn(linear.out_features, 8) * .02)

    def forward(self, x):
        return self.linear(x) + 2 * (x @ self.A.T) @ self.B.T


for layer in model.encoder.layer:
    layer.attention.self.query = LoRA(layer.attention.self.query)
    layer.attention.self.value = LoRA(layer.attention.self.value)

n, longest = len(lengths), max(lengths)
ids = torch.randint(1000, 30000, (n, longest))
mask = (torch.arange(longest)[None] < torch.tensor(lengths)[:, None]).long()
head, labels = torch.randn(4, 384) * .02, torch.zeros(n, dtype=torch.long)


def step():
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    pooled = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    F.cross_entropy(pooled @ head.T, labels).backward()


times = []
for turn in range(9):
    started = time.perf_counter()
    step()
    times.append(time.perf_counter() - started)
print(statistics.median(times[2:]))
