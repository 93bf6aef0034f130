"""Which training texts the reference remembers: the draws of its script, alone. Prints {"task": [index, ...], ...}.

usage: memory.py DATA SEED PER_CLASS
"""
import json, os, random, sys

data, seed, per_class = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
draw = random.Random(seed)
memory = {}
for task in sorted(t for t in os.listdir(data) if os.path.isdir(os.path.join(data, t))):
    labels = [str(json.loads(line)['label']) for line in open(os.path.join(data, task, 'train.jsonl'))]
    memory[task] = []
    for label in sorted(set(labels)):
        ids = [i for i, other in enumerate(labels) if other == label]
        draw.shuffle(ids)
        memory[task] += ids[:per_class]
print(json.dumps(memory))
