/** Execution providers of onnxruntime: what computes, and what has to be there for it. */

export const PROVIDERS = ["cpu", "webgpu", "cuda", "coreml", "dml"] as const
export type Provider = (typeof PROVIDERS)[number]

/** What each needs besides this package. */
const needs: Readonly<Record<Provider, string>> = {
  cpu: "reinstall onnxruntime-node for this platform",
  webgpu:
    "a graphics card with a driver of Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows): on Linux install libvulkan1 and the card's driver",
  cuda: "Linux x64, an NVIDIA driver, CUDA 12 and cuDNN 9, and onnxruntime's CUDA library, which `npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12` fetches",
  coreml: "macOS",
  dml: "Windows with Direct3D 12",
}

/** The provider that was asked for is not on this machine, or does not start. */
export class ProviderMissing extends Error {
  override readonly name = "ProviderMissing"
  readonly help: string
  constructor(provider: Provider, cause: unknown) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).trim().split("\n").slice(-1)
    super(`backend onnxruntime: provider "${provider}" does not start on this machine: ${reason}`, { cause })
    this.help = `\`provider: ${provider}\` needs ${needs[provider]}; or leave the option out, which computes on the processor`
  }
}

/** Throws ProviderMissing where a session on the provider cannot be made. Else onnxruntime would compute elsewhere, silently. */
export const mustStart = async (
  provider: Provider,
  offered: readonly string[],
  create: () => Promise<{ readonly release: () => Promise<void> }>,
): Promise<void> => {
  if (!offered.includes(provider))
    throw new ProviderMissing(provider, `onnxruntime for this platform has ${offered.join(", ")}`)
  if (provider === "cpu") return
  try {
    await (await create()).release()
  } catch (cause) {
    throw new ProviderMissing(provider, cause)
  }
}
