/** Which sites of two backbones stand for each other: the same name, block by block. */
import type { Site } from "../../plugin/index.ts"

/** A stack of blocks ("" of an encoder or a decoder alone, "decoder." behind an encoder), and the rest of the name; undefined for sites outside of blocks. */
const BLOCK = /^(.*?)layer\.(\d+)(.*)$/

interface InStack {
  readonly stack: string
  readonly layer: number
  readonly rest: string
}

export const inStack = ({ name }: Pick<Site, "name">): InStack | undefined => {
  const found = BLOCK.exec(name)
  return found ? { stack: found[1], layer: Number(found[2]), rest: found[3] } : undefined
}

/** How many blocks each stack has. */
export const blocksOf = (sites: readonly Site[]): ReadonlyMap<string, number> => {
  const blocks = new Map<string, number>()
  for (const site of sites) {
    const at = inStack(site)
    if (at) blocks.set(at.stack, Math.max(blocks.get(at.stack) ?? 0, at.layer + 1))
  }
  return blocks
}

/** Blocks of the source by stack and block of the target. */
export type LayerMap = ReadonlyMap<string, readonly (readonly number[])[]>

/** Names of the source's sites that stand for a site of the target. */
export const standingFor = (site: Site, layers: LayerMap): readonly string[] => {
  const at = inStack(site)
  if (!at) return [site.name]
  return (layers.get(at.stack)?.[at.layer] ?? []).map((layer) => `${at.stack}layer.${layer}${at.rest}`)
}
