"""Exports a BERT without adapters for texts of one shape: @jax-js/onnx has no operator Range and reads no external data.

usage: fixed_shape.py MODEL TEXTS TOKENS OUT     ids [TEXTS, TOKENS] to hidden states, all tokens seen
"""
import sys
import torch
from transformers import BertModel

model, texts, tokens, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]


class Hidden(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.bert = BertModel.from_pretrained(model, attn_implementation='eager').eval()

    def forward(self, input_ids):
        return self.bert(input_ids=input_ids).last_hidden_state


ids = torch.randint(1000, 20000, (texts, tokens))
torch.onnx.export(Hidden(), (ids,), out, dynamo=True, external_data=False, input_names=['input_ids'], output_names=['hidden'])
