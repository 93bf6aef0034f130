/** A builder for every plugin that ships. Made by `node src/authoring/write_builders.ts`; the types are those of the plugins' schemas. */
import { builder } from "./declared.ts"

export const bitfit = builder<typeof import("../../plugins/adapters/bitfit.ts").default>("adapter", "bitfit")
export const bottleneck = builder<typeof import("../../plugins/adapters/bottleneck.ts").default>(
  "adapter",
  "bottleneck",
)
export const compacter = builder<typeof import("../../plugins/adapters/compacter.ts").default>("adapter", "compacter")
export const full = builder<typeof import("../../plugins/adapters/full.ts").default>("adapter", "full")
export const ia3 = builder<typeof import("../../plugins/adapters/ia3.ts").default>("adapter", "ia3")
export const layer_norm = builder<typeof import("../../plugins/adapters/layer_norm.ts").default>(
  "adapter",
  "layer_norm",
)
export const lora = builder<typeof import("../../plugins/adapters/lora.ts").default>("adapter", "lora")
export const prefix = builder<typeof import("../../plugins/adapters/prefix.ts").default>("adapter", "prefix")
export const prompt = builder<typeof import("../../plugins/adapters/prompt.ts").default>("adapter", "prompt")
export const sparse = builder<typeof import("../../plugins/adapters/sparse.ts").default>("adapter", "sparse")
export const stack = builder<typeof import("../../plugins/adapters/stack.ts").default>("adapter", "stack")
export const albert = builder<typeof import("../../plugins/backbones/albert.ts").default>("backbone", "albert")
export const bert = builder<typeof import("../../plugins/backbones/bert/index.ts").default>("backbone", "bert")
export const distilbert = builder<typeof import("../../plugins/backbones/distilbert.ts").default>(
  "backbone",
  "distilbert",
)
export const llama = builder<typeof import("../../plugins/backbones/llama.ts").default>("backbone", "llama")
export const modernbert = builder<typeof import("../../plugins/backbones/modernbert.ts").default>(
  "backbone",
  "modernbert",
)
export const moduleformer_backbone = builder<typeof import("../../plugins/backbones/moduleformer/index.ts").default>(
  "backbone",
  "moduleformer",
)
export const onnx = builder<typeof import("../../plugins/backbones/onnx/index.ts").default>("backbone", "onnx")
export const roberta = builder<typeof import("../../plugins/backbones/roberta.ts").default>("backbone", "roberta")
export const t5 = builder<typeof import("../../plugins/backbones/t5.ts").default>("backbone", "t5")
export const onnxruntime = builder<typeof import("../../plugins/backends/onnxruntime/index.ts").default>(
  "backend",
  "onnxruntime",
)
export const reference = builder<typeof import("../../plugins/backends/reference/index.ts").default>(
  "backend",
  "reference",
)
export const addition = builder<typeof import("../../plugins/compositions/addition.ts").default>(
  "composition",
  "addition",
)
export const analogy = builder<typeof import("../../plugins/compositions/analogy.ts").default>("composition", "analogy")
export const concatenation = builder<typeof import("../../plugins/compositions/concatenation.ts").default>(
  "composition",
  "concatenation",
)
export const dare = builder<typeof import("../../plugins/compositions/dare.ts").default>("composition", "dare")
export const fisher = builder<typeof import("../../plugins/compositions/fisher.ts").default>("composition", "fisher")
export const linear = builder<typeof import("../../plugins/compositions/linear.ts").default>("composition", "linear")
export const negation = builder<typeof import("../../plugins/compositions/negation.ts").default>(
  "composition",
  "negation",
)
export const svd = builder<typeof import("../../plugins/compositions/svd.ts").default>("composition", "svd")
export const ties = builder<typeof import("../../plugins/compositions/ties.ts").default>("composition", "ties")
export const uniform_merge = builder<typeof import("../../plugins/compositions/uniform_merge.ts").default>(
  "composition",
  "uniform_merge",
)
export const jsonl = builder<typeof import("../../plugins/data/jsonl/index.ts").default>("data", "jsonl")
export const wordnet = builder<typeof import("../../plugins/data/wordnet/index.ts").default>("data", "wordnet")
export const mbc = builder<typeof import("../../plugins/groupings/mbc.ts").default>("grouping", "mbc")
export const generated = builder<typeof import("../../plugins/memories/generated.ts").default>("memory", "generated")
export const herding = builder<typeof import("../../plugins/memories/herding.ts").default>("memory", "herding")
export const k_means = builder<typeof import("../../plugins/memories/k_means.ts").default>("memory", "k_means")
export const random_memory = builder<typeof import("../../plugins/memories/random.ts").default>("memory", "random")
export const reservoir = builder<typeof import("../../plugins/memories/reservoir.ts").default>("memory", "reservoir")
export const ring = builder<typeof import("../../plugins/memories/ring.ts").default>("memory", "ring")
export const frozen_class_centroid = builder<typeof import("../../plugins/probes/frozen_class_centroid.ts").default>(
  "probe",
  "frozen_class_centroid",
)
export const frozen_class_gaussian = builder<typeof import("../../plugins/probes/frozen_class_gaussian.ts").default>(
  "probe",
  "frozen_class_gaussian",
)
export const frozen_ridge = builder<typeof import("../../plugins/probes/frozen_ridge.ts").default>(
  "probe",
  "frozen_ridge",
)
export const adapter_fusion = builder<typeof import("../../plugins/routers/adapter_fusion.ts").default>(
  "router",
  "adapter_fusion",
)
export const arrow = builder<typeof import("../../plugins/routers/arrow.ts").default>("router", "arrow")
export const average_activation = builder<typeof import("../../plugins/routers/average_activation.ts").default>(
  "router",
  "average_activation",
)
export const base_model = builder<typeof import("../../plugins/routers/base_model.ts").default>("router", "base_model")
export const dam = builder<typeof import("../../plugins/routers/dam.ts").default>("router", "dam")
export const l2r = builder<typeof import("../../plugins/routers/l2r.ts").default>("router", "l2r")
export const lorahub = builder<typeof import("../../plugins/routers/lorahub.ts").default>("router", "lorahub")
export const max_confidence = builder<typeof import("../../plugins/routers/max_confidence.ts").default>(
  "router",
  "max_confidence",
)
export const mocl = builder<typeof import("../../plugins/routers/mocl.ts").default>("router", "mocl")
export const moduleformer_router = builder<typeof import("../../plugins/routers/moduleformer.ts").default>(
  "router",
  "moduleformer",
)
export const mole = builder<typeof import("../../plugins/routers/mole.ts").default>("router", "mole")
export const oracle = builder<typeof import("../../plugins/routers/oracle.ts").default>("router", "oracle")
export const per_task = builder<typeof import("../../plugins/routers/per_task.ts").default>("router", "per_task")
export const phatgoose = builder<typeof import("../../plugins/routers/phatgoose.ts").default>("router", "phatgoose")
export const pi_tuning = builder<typeof import("../../plugins/routers/pi_tuning.ts").default>("router", "pi_tuning")
export const polytropon = builder<typeof import("../../plugins/routers/polytropon.ts").default>("router", "polytropon")
export const random_router = builder<typeof import("../../plugins/routers/random.ts").default>("router", "random")
export const sapt_router = builder<typeof import("../../plugins/routers/sapt.ts").default>("router", "sapt")
export const similarity = builder<typeof import("../../plugins/routers/similarity.ts").default>("router", "similarity")
export const smear = builder<typeof import("../../plugins/routers/smear.ts").default>("router", "smear")
export const task_predictor = builder<typeof import("../../plugins/routers/task_predictor.ts").default>(
  "router",
  "task_predictor",
)
export const uniform = builder<typeof import("../../plugins/routers/uniform.ts").default>("router", "uniform")
export const x_lora = builder<typeof import("../../plugins/routers/x_lora.ts").default>("router", "x_lora")
export const a_gem = builder<typeof import("../../plugins/strategies/a_gem.ts").default>("strategy", "a_gem")
export const coda_prompt = builder<typeof import("../../plugins/strategies/coda_prompt.ts").default>(
  "strategy",
  "coda_prompt",
)
export const der_pp = builder<typeof import("../../plugins/strategies/der_pp.ts").default>("strategy", "der_pp")
export const dual_prompt = builder<typeof import("../../plugins/strategies/dual_prompt.ts").default>(
  "strategy",
  "dual_prompt",
)
export const er = builder<typeof import("../../plugins/strategies/er.ts").default>("strategy", "er")
export const ewc = builder<typeof import("../../plugins/strategies/ewc.ts").default>("strategy", "ewc")
export const idbr = builder<typeof import("../../plugins/strategies/idbr.ts").default>("strategy", "idbr")
export const inc_lora = builder<typeof import("../../plugins/strategies/inc_lora.ts").default>("strategy", "inc_lora")
export const l2p = builder<typeof import("../../plugins/strategies/l2p.ts").default>("strategy", "l2p")
export const lfpt5 = builder<typeof import("../../plugins/strategies/lfpt5.ts").default>("strategy", "lfpt5")
export const lwf = builder<typeof import("../../plugins/strategies/lwf.ts").default>("strategy", "lwf")
export const mbpa_pp = builder<typeof import("../../plugins/strategies/mbpa_pp.ts").default>("strategy", "mbpa_pp")
export const multi_task = builder<typeof import("../../plugins/strategies/multi_task.ts").default>(
  "strategy",
  "multi_task",
)
export const multi_task_full = builder<typeof import("../../plugins/strategies/multi_task_full.ts").default>(
  "strategy",
  "multi_task_full",
)
export const o_lora = builder<typeof import("../../plugins/strategies/o_lora.ts").default>("strategy", "o_lora")
export const progressive_prompts = builder<typeof import("../../plugins/strategies/progressive_prompts.ts").default>(
  "strategy",
  "progressive_prompts",
)
export const sapt_strategy = builder<typeof import("../../plugins/strategies/sapt.ts").default>("strategy", "sapt")
export const seq_star = builder<typeof import("../../plugins/strategies/seq_star.ts").default>("strategy", "seq_star")
export const sequential = builder<typeof import("../../plugins/strategies/sequential.ts").default>(
  "strategy",
  "sequential",
)
export const sequential_full = builder<typeof import("../../plugins/strategies/sequential_full.ts").default>(
  "strategy",
  "sequential_full",
)
export const average = builder<typeof import("../../plugins/transfers/average.ts").default>("transfer", "average")
export const correlation = builder<typeof import("../../plugins/transfers/correlation.ts").default>(
  "transfer",
  "correlation",
)
export const skip = builder<typeof import("../../plugins/transfers/skip.ts").default>("transfer", "skip")
