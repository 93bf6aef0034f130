/** The extension for Visual Studio Code, with the real server and a stand-in for the editor; and its package. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { inflateRawSync } from "node:zlib"
import { crc32, entries, zip } from "../../scripts/write_vsix.mjs"
import { current } from "../../src/cli/runtimes.mjs"

const onNode = current().kind === "node"
const folder = new URL("../../editors/vscode/", import.meta.url)
const manifest = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"))

/** Values of the protocol, whose shapes the tests look at themselves. */
type Loose = any

/** Classes of the editor's interface that only keep what they are given. */
const kept = (...names: readonly string[]) =>
  class {
    constructor(...given: readonly unknown[]) {
      names.forEach((name, i) => Object.assign(this, { [name]: given[i] }))
    }
  }

const standIn = (text: string) => {
  const providers: Record<string, Loose> = {}
  const commands: Record<string, () => unknown> = {}
  const problems = new Map<string, Loose[]>()
  const sent: string[] = []
  const listeners: Record<string, (event: Loose) => void> = {}
  const uri = { toString: () => "untitled:spec.l2r", fsPath: "/a folder/spec.l2r" }
  const document = { languageId: "l2r", uri, version: 1, getText: () => text, save: async () => true }
  const { path, run } = current()
  const command = [path, ...run, fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))]
  const register = (name: string) => (_selector: unknown, provider: unknown) => {
    providers[name] = provider
    return { dispose: () => {} }
  }
  class CodeActionKind {
    static Empty = new CodeActionKind("")
    readonly value: string
    constructor(value: string) {
      this.value = value
    }
    append(part: string) {
      return new CodeActionKind(this.value === "" ? part : `${this.value}.${part}`)
    }
  }
  const listen = (name: string) => (listener: (event: Loose) => void) => {
    listeners[name] = listener
    return { dispose: () => {} }
  }
  const vscode = {
    Position: kept("line", "character"),
    Range: kept("start", "end"),
    Location: kept("uri", "range"),
    MarkdownString: kept("value"),
    SnippetString: kept("value"),
    TextEdit: kept("range", "newText"),
    Diagnostic: kept("range", "message", "severity"),
    DiagnosticRelatedInformation: kept("location", "message"),
    CompletionItem: kept("label", "kind"),
    DocumentSymbol: kept("name", "detail", "kind", "range", "selectionRange"),
    SelectionRange: kept("range", "parent"),
    InlayHint: kept("position", "label"),
    CodeAction: kept("title", "kind"),
    SignatureHelp: kept(),
    SignatureInformation: kept("label", "documentation"),
    ParameterInformation: kept("label", "documentation"),
    Hover: kept("contents", "range"),
    FoldingRange: kept("start", "end", "kind"),
    SymbolInformation: kept("name", "kind", "containerName", "location"),
    SemanticTokens: kept("data"),
    SemanticTokensLegend: kept("types", "modifiers"),
    CodeActionKind,
    WorkspaceEdit: class {
      readonly all: [string, unknown[]][] = []
      set(target: { text: string }, edits: unknown[]) {
        this.all.push([target.text, edits])
      }
    },
    Uri: { parse: (value: string) => ({ text: value }), file: (value: string) => ({ text: value }) },
    env: { openExternal: async (target: { text: string }) => sent.push(target.text) },
    window: {
      createOutputChannel: () => ({ append: (said: string) => sent.push(said), dispose: () => {} }),
      showErrorMessage: (said: string) => sent.push(said),
      showInformationMessage: (said: string) => sent.push(said),
      createTerminal: () => ({ name: "l2r", show: () => {}, sendText: (said: string) => sent.push(said) }),
      terminals: [],
      activeTextEditor: { document },
    },
    workspace: {
      isTrusted: true,
      textDocuments: [document],
      getConfiguration: () => ({ get: () => command }),
      createFileSystemWatcher: () => ({
        onDidChange: () => {},
        onDidCreate: () => {},
        onDidDelete: () => {},
        dispose: () => {},
      }),
      fs: { stat: async () => assert.fail("there is no report") },
      ...Object.fromEntries(
        [
          "onDidOpenTextDocument",
          "onDidChangeTextDocument",
          "onDidSaveTextDocument",
          "onDidCloseTextDocument",
          "onDidChangeWorkspaceFolders",
        ].map((name) => [name, listen(name)]),
      ),
    },
    languages: {
      createDiagnosticCollection: () => ({
        set: (target: { text: string }, found: Loose[]) => problems.set(target.text, found),
        clear: () => problems.clear(),
        dispose: () => {},
      }),
      registerWorkspaceSymbolProvider: (provider: unknown) => register("WorkspaceSymbol")(undefined, provider),
      ...Object.fromEntries(
        "CompletionItem Hover SignatureHelp Definition Reference Rename DocumentSymbol FoldingRange SelectionRange DocumentFormattingEdit InlayHints CodeActions DocumentSemanticTokens"
          .split(" ")
          .map((name) => [`register${name}Provider`, register(name)]),
      ),
    },
    commands: {
      registerCommand: (name: string, then: () => unknown) => {
        commands[name] = then
        return { dispose: () => {} }
      },
    },
  }
  return { vscode, providers, commands, problems, sent, listeners, document }
}

test("it starts the server, shows its answers, and offers every command that it names", {
  skip: !onNode && "Visual Studio Code runs it on Node",
}, async () => {
  const text = "language 1\nadapter a = lora { rnak: 8 }\n"
  const { vscode, providers, commands, problems, sent, listeners, document } = standIn(text)
  const { activateWith } = createRequire(import.meta.url)(fileURLToPath(new URL("extension.js", folder)))
  const subscriptions: { dispose: () => unknown }[] = []
  await activateWith(vscode, { subscriptions })
  try {
    for (let turn = 0; turn < 500 && !problems.has("untitled:spec.l2r"); turn++)
      await new Promise((resolve) => setTimeout(resolve, 10))
    assert.deepEqual(
      problems.get("untitled:spec.l2r")?.map(({ code, severity }) => [code, severity]),
      [
        ["L2R0212", 1],
        ["L2R0401", 0],
      ],
    )
    const at = { line: 1, character: 20 }
    const items = await providers.CompletionItem.provideCompletionItems(document, at)
    assert.ok(items.some(({ label, insertText }: Loose) => label === "rank" && insertText.value === `rank: \${1:8}`))
    const hover = await providers.Hover.provideHover(document, { line: 1, character: 13 })
    assert.match(hover.contents.value, /a plugin of kind adapter/)
    const actions = await providers.CodeActions.provideCodeActions(document, { start: at, end: at }, {})
    const fix = actions.find(({ title }: Loose) => title === "Write `rank`")
    assert.equal(fix.kind.value, "quickfix")
    assert.deepEqual(
      fix.edit.all[0][1].map(({ newText }: Loose) => newText),
      ["rank"],
    )
    const renamed = await providers.Rename.provideRenameEdits(document, { line: 1, character: 8 }, "b")
    assert.equal(renamed.all[0][1].length, 1)
    const { data } = await providers.DocumentSemanticTokens.provideDocumentSemanticTokens(document)
    assert.ok(data instanceof Uint32Array && data.length % 5 === 0 && data.length > 0)
    for (const [name, method] of [
      ["DocumentSymbol", "provideDocumentSymbols"],
      ["FoldingRange", "provideFoldingRanges"],
      ["DocumentFormattingEdit", "provideDocumentFormattingEdits"],
    ])
      assert.ok(Array.isArray(await providers[name][method](document)), name)
    assert.ok((await providers.SignatureHelp.provideSignatureHelp(document, at)).signatures.length === 1)
    assert.ok((await providers.SelectionRange.provideSelectionRanges(document, [at]))[0].parent)
    assert.ok(
      Array.isArray(
        await providers.InlayHints.provideInlayHints(document, { start: { line: 0, character: 0 }, end: at }),
      ),
    )
    problems.clear()
    document.version = 2
    listeners.onDidChangeTextDocument({
      document,
      contentChanges: [{ range: { start: { line: 1, character: 19 }, end: { line: 1, character: 23 } }, text: "rank" }],
    })
    for (let turn = 0; turn < 500 && !problems.has("untitled:spec.l2r"); turn++)
      await new Promise((resolve) => setTimeout(resolve, 10))
    assert.deepEqual(
      problems.get("untitled:spec.l2r")?.map(({ code }) => code),
      ["L2R0212"],
    )
    for (const { command } of manifest.contributes.commands) assert.ok(commands[command], command)
    await commands["l2r.plan"]()
    assert.match(sent.at(-1)!, / plan "\/a folder\/spec\.l2r"$/)
    await commands["l2r.report"]()
    assert.match(sent.at(-1)!, /There is no report yet: .*a folder.report\.html/)
  } finally {
    for (const { dispose } of subscriptions) await dispose()
  }
})

test("the package holds what the manifest names, byte for byte, and is the same each time", () => {
  const files = entries()
  const bytes = zip(files)
  assert.deepEqual(zip(entries()), bytes)
  const found = unzipped(bytes)
  assert.deepEqual(
    [...found.keys()],
    files.map(([name]) => name),
  )
  for (const [name, content] of files) assert.deepEqual(found.get(name), Buffer.from(content), name)
  const named = [manifest.main, manifest.contributes.languages[0].configuration, manifest.contributes.grammars[0].path]
  for (const path of named) assert.ok(found.has(`extension/${path.replace("./", "")}`), path)
  const types = found.get("[Content_Types].xml")!.toString()
  for (const name of [...found.keys()].slice(1))
    assert.ok(types.includes(`Extension=".${name.split(".").pop()}"`), name)
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926)
})

/** The files of a zip, by its directory. */
const unzipped = (bytes: Buffer): Map<string, Buffer> => {
  const found = new Map<string, Buffer>()
  const end = bytes.lastIndexOf("PK\u0005\u0006", undefined, "latin1")
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [crc, packed, name] = [bytes.readUInt32LE(at + 16), bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)]
    const title = bytes.toString("utf8", at + 46, at + 46 + name)
    const local = bytes.readUInt32LE(at + 42)
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const content = inflateRawSync(bytes.subarray(from, from + packed))
    assert.equal(crc32(content), crc)
    found.set(title, content)
    at += 46 + name
  }
  return found
}
