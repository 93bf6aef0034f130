/** The files of a checkpoint, and what they hold. */
import { type Checkpoint, type CheckpointFolder, storedTensors } from "../../plugin/index.ts"
import { exportsIn } from "./export_files.ts"

export interface Weights {
  readonly files: readonly string[]
  readonly tensors: number
  readonly bytes: number
  /** Tensors of each type, by the names of safetensors. */
  readonly types: Readonly<Record<string, number>>
  /** Tensors that are not part of the network: heads, poolers, buffers. */
  readonly unread: readonly string[]
  /** The same model as graphs, which the backbone `onnx` reads; beside weights in safetensors they are not looked into. */
  readonly exports: readonly string[]
}

export const weightsOf = (
  folder: CheckpointFolder,
  checkpoint: Checkpoint | undefined,
): { readonly parameters: number; readonly weights: Weights } => {
  const tensors = [...storedTensors(folder).values()]
  const types: Record<string, number> = {}
  for (const { dtype } of tensors) types[dtype] = (types[dtype] ?? 0) + 1
  const elements = tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return {
    parameters: checkpoint?.parameters ?? elements,
    weights: {
      files: folder.weights,
      tensors: tensors.length,
      bytes: tensors.reduce((sum, { start, end }) => sum + end - start, 0),
      types,
      unread: checkpoint?.unread ?? [],
      exports: exportsIn(folder.path),
    },
  }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
