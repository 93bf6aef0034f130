/** What the papers of baselines claim of one another, all with the same memory where they have one: `claims.ts`. */
import type { Claim, Side } from "./claim.ts"

const joint = (row: string, experiment: Side["experiment"] = "shared"): Side => ({ experiment, row, head: "joint" })

/** On LoRA, or on prefixes where rows are prompts. */
const claim = (
  id: string,
  paper: string,
  says: string,
  claimedOn: string,
  evidence: Claim["evidence"],
  left: Side,
  right: Side,
): Claim => ({
  id,
  paper,
  says,
  claimedOn,
  evidence,
  left,
  right,
  on: ["baselines"],
  adapters: [left.experiment === "prompts" ? "deep" : "low_rank"],
  margin: 1,
})

const told = (one: Claim): Claim => ({ ...one, setup: "task_incremental" })
const prompts = (row: string): Side => joint(row, "prompts")
const attention: Side = { experiment: "shared", row: "attention", head: "kept" }
const SAPT = "SAPT (arXiv 2401.08295)"
const WORDS = "SuperNI and 15 tasks, T5 and LLaMA"
const SPLIT = "Permuted MNIST, Split CIFAR, CUB"
const IMAGES = "Split CIFAR-100, ImageNet-R"

export const BASELINE_CLAIMS: readonly Claim[] = [
  claim(
    "ER",
    "ER (arXiv 1902.10486)",
    "replay of a small memory against training on",
    SPLIT,
    "M",
    joint("replay"),
    joint("sequential"),
  ),
  claim(
    "DER++",
    "DER++ (arXiv 2004.07211)",
    "replay of logits and labels against replay of labels",
    "Split CIFAR-10, Tiny ImageNet",
    "M",
    joint("dark"),
    joint("replay"),
  ),
  told(
    claim(
      "A-GEM",
      "A-GEM (arXiv 1812.00420)",
      "projected gradients against training on, tasks told",
      SPLIT,
      "M",
      joint("projected"),
      joint("sequential"),
    ),
  ),
  told(
    claim(
      "EWC",
      "EWC (arXiv 1612.00796)",
      "a penalty by Fisher information against training on, tasks told",
      "Permuted MNIST, Atari",
      "M",
      joint("elastic"),
      joint("sequential"),
    ),
  ),
  told(
    claim(
      "LwF",
      "LwF (arXiv 1606.09282)",
      "the answers of the model before against training on, tasks told",
      "pairs of ImageNet, Places, VOC, CUB",
      "M",
      joint("distilled"),
      joint("sequential"),
    ),
  ),
  claim(
    "SEQ*",
    "SEQ* (arXiv 2312.07887)",
    "a frozen encoder with cosine heads and no memory against DER++",
    "CLINC150, Banking77 and others",
    "S",
    joint("halted"),
    joint("dark"),
  ),
  claim(
    "MbPA++",
    "MbPA++ (arXiv 1906.01076)",
    "adaptation to neighbours in the memory against A-GEM",
    "MTL5",
    "M",
    joint("local"),
    joint("projected"),
  ),
  claim(
    "MbPA++, ER",
    "MbPA++ (arXiv 1906.01076)",
    "adaptation to neighbours in the memory against replay of it at every step",
    "MTL5, sparse replay",
    "A",
    joint("local"),
    joint("replay"),
  ),
  claim(
    "O-LoRA",
    "O-LoRA (arXiv 2310.14152)",
    "LoRAs in directions that earlier ones leave free against LoRAs that are added up",
    "MTL5 and 15 tasks, T5 and LLaMA",
    "S",
    joint("orthogonal"),
    joint("grown"),
  ),
  told(
    claim(
      "Progressive Prompts",
      "Progressive Prompts (arXiv 2301.12314)",
      "prompts before those of earlier tasks against one prompt that is trained on, tasks told",
      "MTL5 and 15 tasks, BERT and T5",
      "M",
      prompts("progressive"),
      prompts("sequential"),
    ),
  ),
  claim(
    "L2P",
    "L2P (arXiv 2112.08654)",
    "a pool of prompts against one prompt that is trained on",
    IMAGES,
    "M",
    prompts("pooled"),
    prompts("sequential"),
  ),
  claim(
    "DualPrompt",
    "DualPrompt (arXiv 2204.04799)",
    "general prompts and prompts of tasks against a pool",
    IMAGES,
    "M",
    prompts("dual"),
    prompts("pooled"),
  ),
  claim(
    "CODA-Prompt",
    "CODA-Prompt (arXiv 2211.13218)",
    "weighed components against general prompts and prompts of tasks",
    IMAGES,
    "M",
    prompts("weighed"),
    prompts("dual"),
  ),
  claim(
    "SAPT, replay",
    SAPT,
    "shared attention over frozen modules against replay of the same memory",
    WORDS,
    "M",
    attention,
    joint("replay"),
  ),
  claim(
    "SAPT, O-LoRA",
    SAPT,
    "shared attention over frozen modules against LoRAs in free directions that are added up",
    WORDS,
    "M",
    attention,
    joint("orthogonal"),
  ),
  claim("SAPT, reflection", SAPT, "attention with reflection against attention without it", WORDS, "M", attention, {
    ...attention,
    row: "forgetful",
  }),
  {
    ...claim(
      "L2R, ER",
      "L2R (arXiv 2408.09053)",
      "learnt routing with refitted heads against replay of the same memory",
      "MTL5, WOS, AfriSenti",
      "A",
      { experiment: "shared", row: "learnt", head: "refit" },
      joint("replay"),
    ),
  },
]
