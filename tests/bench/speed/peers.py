"""PyTorch + HF PEFT beside ours: prepares what a JSON line asks for, then runs it as often as it is told. Answers with JSON lines.

usage: peers.py     lines: {"prepare": {...}}, {"run": N} gives {"seconds": S}, {"memory": true} gives {"peak": BYTES},
                    {"profile": N} gives {"operators": {NAME: MILLISECONDS OF ONE UNIT}}; what fails gives {"error": TEXT}
"""
import contextlib, json, random, resource, sys, time
import torch
import torch.nn.functional as F
from transformers import AutoModel, AutoModelForCausalLM
from peft import LoraConfig, IA3Config, get_peft_model

ROWS, WIDTH, PRODUCTS = 1024, 1536, 8  # whose rate is the processor's peak, as in peak.ts
WRITTEN = 64

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


class Prefixed(torch.nn.Module):
    """Trained keys and values before those of the text, with PyTorch's fused attention; PEFT's prefixes need a decoder's cache."""
    def __init__(self, attention, heads, length):
        super().__init__()
        width = attention.query.in_features
        self.query, self.key, self.value, self.heads, self.length = attention.query, attention.key, attention.value, heads, length
        self.K, self.V = (torch.nn.Parameter(0.02 * torch.randn(length, width)) for _ in range(2))

    def forward(self, hidden_states, attention_mask=None, *rest, **more):
        batch, tokens, width = hidden_states.shape
        split = lambda x: x.view(batch, -1, self.heads, width // self.heads).transpose(1, 2)
        before = lambda p, x: torch.cat([p.expand(batch, -1, -1), x], 1)
        q, k, v = split(self.query(hidden_states)), split(before(self.K, self.key(hidden_states))), split(before(self.V, self.value(hidden_states)))
        if attention_mask is not None:
            attention_mask = F.pad(attention_mask, (self.length, 0), value=True if attention_mask.dtype == torch.bool else 0.0)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=attention_mask)
        return y.transpose(1, 2).reshape(batch, tokens, width), None


def adapted(model, job):
    kind, options = job['adapter'], job['options']
    if kind == 'lora':
        targets = ['query', 'value'] if job['what'] not in ('causal', 'generation') else ['q_proj', 'v_proj']
        return get_peft_model(model, LoraConfig(r=options['rank'], lora_alpha=options['alpha'], target_modules=targets, lora_dropout=0.0))
    if kind == 'prefix':
        for p in model.parameters():
            p.requires_grad_(False)
        for layer in model.encoder.layer:
            layer.attention.self = Prefixed(layer.attention.self, model.config.num_attention_heads, options['length'])
        return model
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
    if job['what'] == 'peak':
        x, w = torch.rand(ROWS, WIDTH) - 0.5, torch.rand(WIDTH, WIDTH) - 0.5

        @torch.no_grad()
        def run(times):
            for _ in range(times):
                y = x
                for _ in range(PRODUCTS):
                    y = y @ w
        return run
    decoder = job['what'] in ('causal', 'generation')
    model = (AutoModelForCausalLM.from_pretrained(job['model']) if decoder else AutoModel.from_pretrained(job['model'], add_pooling_layer=False)).eval()
    model = adapted(model, job)
    if job['what'] == 'generation':
        prompts = torch.tensor(job['texts'][:job['batch']])

        @torch.no_grad()
        def run(times):
            for _ in range(times):
                model.generate(input_ids=prompts, attention_mask=torch.ones_like(prompts), do_sample=False, max_new_tokens=WRITTEN, min_new_tokens=WRITTEN, pad_token_id=0)
        return run
    called = torch.compile(model, dynamic=True) if job.get('compile') else model
    cast = lambda: torch.autocast('cpu', dtype=torch.bfloat16) if job.get('autocast') else contextlib.nullcontext()
    if job['what'] == 'evaluation':
        texts = job['texts']
        order = list(range(len(texts))) if not job.get('grouped') else sorted(range(len(texts)), key=lambda i: len(texts[i]))

        @torch.no_grad()
        def run(times):
            for _ in range(times):
                for k in range(0, len(order), job['batch']):
                    with cast():
                        pooled(job, called, *padded(job, order[k:k + job['batch']]))
        return run
    head = torch.nn.Linear(model.config.hidden_size, max(1, job['classes']))
    trained = [p for p in model.parameters() if p.requires_grad] + (list(head.parameters()) if not decoder else [])
    optimiser = torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.01)

    def loss_of(chunk):
        ids, mask = padded(job, chunk)
        if decoder:
            return called(input_ids=ids, attention_mask=mask, labels=ids).loss
        labels = torch.tensor([i % job['classes'] for i in chunk])
        return F.cross_entropy(head(pooled(job, called, ids, mask)).float(), labels)

    def run(times):
        for chunk in batches(job, times):
            with cast():
                loss = loss_of(chunk)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return run


def profiled(run, times):
    """Milliseconds of a unit in each operator itself, without what it calls."""
    run(1)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        run(times)
    return {one.key: one.self_cpu_time_total / 1000 / times for one in profile.key_averages() if one.self_cpu_time_total > 0}


run = None


def answer(asked):
    global run
    if 'prepare' in asked:
        run = prepare(asked['prepare'])
        if asked['prepare'].get('compile'):
            run(1)
        return {'ready': True, 'torch': torch.__version__}
    if 'versions' in asked:
        import peft, transformers
        return {'versions': f'torch {torch.__version__}, transformers {transformers.__version__}, peft {peft.__version__}'}
    if 'memory' in asked:
        return {'peak': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    if 'profile' in asked:
        return {'operators': profiled(run, asked['profile'])}
    started = time.perf_counter()
    run(asked['run'])
    return {'seconds': time.perf_counter() - started}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {'error': f'{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ""}'}
    print(json.dumps(reply), flush=True)
