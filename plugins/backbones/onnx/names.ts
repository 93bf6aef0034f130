/** Linear layers by the names that exporters keep: for graphs whose attention is of a kind that is not recognised. */
import type { Role } from "../../../src/plugin/index.ts"
import type { Node } from "./read.ts"

export interface Named {
  readonly layer: number
  /** What follows the block in the name of a site. */
  readonly part: string
  readonly role: Role
}

/** A name ends in one of these, after a dot or a slash; the first that fits counts. */
const PARTS: readonly (readonly [RegExp, string, Role])[] = [
  [
    /(attention|attn)[./]output[./]dense|(out|o)_(proj|lin)|(attention|attn)[./](dense|o|out|Wo)$/,
    ".attention.output",
    "attention_output",
  ],
  [/(query|q|q_proj|q_lin)$/, ".attention.query", "query"],
  [/(key|k|k_proj|k_lin)$/, ".attention.key", "key"],
  [/(value|v|v_proj|v_lin)$/, ".attention.value", "value"],
  [/gate(_proj)?$/, ".gate", "gate"],
  [/intermediate[./]dense|lin1|up_proj|fc1|c_fc|dense_h_to_4h|wi$/, ".intermediate", "intermediate"],
  [/output[./]dense|lin2|down_proj|fc2|dense_4h_to_h|wo$/, ".output", "output"],
]

/** Of a node `Linear`: from the names of its weights and its own. */
export const namedLayer = ({ name, inputs }: Node): Named | undefined => {
  for (const one of [...inputs.slice(1), name]) {
    const path = one.replace(/[./](weight|bias|MatMul|Gemm|Add)(_\d+)?(\/turned)?$/, "").replace(/__/g, ".")
    const layer = /(?:^|[./])(?:layers?|blocks?|h)[./](\d+)[./](.+)$/.exec(path)
    const found = layer && PARTS.find(([pattern]) => new RegExp(`(^|[./])(?:${pattern.source})`).test(layer[2]))
    if (layer && found) return { layer: Number(layer[1]), part: found[1], role: found[2] }
  }
  return undefined
}
