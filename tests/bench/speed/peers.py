"""PyTorch + HF PEFT beside ours: prepares what a JSON line asks for, then runs it as often as it is told. Answers with JSON lines.

usage: peers.py     lines: {"prepare": {...}}, {"run": N} gives {"seconds": S}, {"memory": true} gives {"peak": BYTES}
"""
import json, random, resource, sys, time
import torch
import torch.nn.functional as F
from transformers import AutoModel
from peft import LoraConfig, IA3Config, get_peft_model

torch.manual_seed(0)
random.seed(0)


class Bottleneck(torch.nn.Module):
    """y + U relu(D y + b) + c after the feed-forward layer (Pfeiffer et al. 2021); PEFT has none."""
    def __init__(self, linear, reduction):
        super().__init__()
        width = linear.out_features
        self.linear, self.D, self.U = linear, torch.nn.Linear(width, width // reduction), torch.nn.Linear(width // reduction, width)
        torch.nn.init.zeros_(self.U.weight)

    def forward(self, x):
        y = self.linear(x)
        return y + self.U(F.relu(self.D(y)))


def adapted(model, job):
    kind, options = job['adapter'], job['options']
    if kind == 'lora':
        return get_peft_model(model, LoraConfig(r=options['rank'], lora_alpha=options['alpha'], target_modules=['query', 'value'], lora_dropout=0.0))
    if kind == 'ia3':
        return get_peft_model(model, IA3Config(target_modules=['key', 'value', 'output.dense'], feedforward_modules=['output.dense']))
    if kind == 'bottleneck':
        for p in model.parameters():
            p.requires_grad_(False)
        for layer in model.encoder.layer:
            layer.output.dense = Bottleneck(layer.output.dense, options['reduction'])
        return model
    raise SystemExit(f'no peer for the adapter {kind}')


def batches(job, times):
    """Batches of token ids in random order; `grouped`: texts of like length together, batches in random order (length-grouped sampling)."""
    texts, size = job['texts'], job['batch']
    while True:
        order = list(range(len(texts)))
        random.shuffle(order)
        if job.get('grouped'):
            order.sort(key=lambda i: len(texts[i]))
        chunks = [order[k:k + size] for k in range(0, len(order) - size + 1, size)]
        random.shuffle(chunks)
        for chunk in chunks:
            if times == 0:
                return
            times -= 1
            yield chunk


def padded(job, chunk):
    texts = [job['texts'][i] for i in chunk]
    longest = max(map(len, texts))
    ids = torch.zeros(len(texts), longest, dtype=torch.long)
    mask = torch.zeros(len(texts), longest, dtype=torch.long)
    for row, text in enumerate(texts):
        ids[row, :len(text)] = torch.tensor(text)
        mask[row, :len(text)] = 1
    return ids, mask


def pooled(job, model, ids, mask):
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    if job['pooling'] == 'cls':
        return hidden[:, 0]
    return (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def prepare(job):
    torch.set_num_threads(job['threads'])
    model = adapted(AutoModel.from_pretrained(job['model'], add_pooling_layer=False).eval(), job)
    if job['what'] == 'evaluation':
        texts = job['texts']
        order = list(range(len(texts))) if not job.get('grouped') else sorted(range(len(texts)), key=lambda i: len(texts[i]))

        @torch.no_grad()
        def run(times):
            for _ in range(times):
                for k in range(0, len(order), job['batch']):
                    pooled(job, model, *padded(job, order[k:k + job['batch']]))
        return run
    head = torch.nn.Linear(model.config.hidden_size, job['classes'])
    trained = [p for p in model.parameters() if p.requires_grad] + list(head.parameters())
    optimiser = torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.01)

    def run(times):
        for chunk in batches(job, times):
            labels = torch.tensor([i % job['classes'] for i in chunk])
            loss = F.cross_entropy(head(pooled(job, model, *padded(job, chunk))), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return run


run = None
for line in sys.stdin:
    asked = json.loads(line)
    if 'prepare' in asked:
        run = prepare(asked['prepare'])
        print(json.dumps({'ready': True, 'torch': torch.__version__}), flush=True)
    elif 'memory' in asked:
        print(json.dumps({'peak': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)
    else:
        started = time.perf_counter()
        run(asked['run'])
        print(json.dumps({'seconds': time.perf_counter() - started}), flush=True)
