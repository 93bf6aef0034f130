/** l2r in Visual Studio Code: starts `l2r lsp`, hands its answers to the editor, and runs, plans and reports from there. */
const path = require("node:path")
const { Client } = require("./client.js")
const { converterOf } = require("./convert.js")

const SELECTOR = { language: "l2r" }

/** @param {any} vscode the editor's interface @param {any} context */
async function activateWith(vscode, context) {
  const log = vscode.window.createOutputChannel("l2r")
  const problems = vscode.languages.createDiagnosticCollection("l2r")
  const to = converterOf(vscode)
  const own = (document) => document.languageId === "l2r"
  const uriOf = (document) => ({ uri: document.uri.toString() })
  let client
  let legend

  const start = async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? []
    client = new Client({
      command: [...vscode.workspace.getConfiguration("l2r").get("command", ["l2r"]), "lsp"],
      cwd: folder?.uri.fsPath,
      log: (text) => log.append(text),
      told: {
        "textDocument/publishDiagnostics": ({ uri, diagnostics }) =>
          problems.set(vscode.Uri.parse(uri), diagnostics.map(to.diagnostic)),
      },
    })
    const answer = await client.request("initialize", {
      processId: process.pid,
      capabilities: {},
      workspaceFolders: (vscode.workspace.workspaceFolders ?? []).map(({ uri, name }) => ({
        uri: uri.toString(),
        name,
      })),
      initializationOptions: { plugins: vscode.workspace.isTrusted !== false },
    })
    if (!answer) {
      vscode.window.showErrorMessage(
        "l2r could not be started; the setting l2r.command says how. The output l2r has more.",
      )
      return
    }
    legend = answer.capabilities.semanticTokensProvider.legend
    client.notify("initialized", {})
    for (const document of vscode.workspace.textDocuments) opened(document)
  }
  const opened = (document) => {
    if (!own(document)) return
    const { version } = document
    client.notify("textDocument/didOpen", {
      textDocument: { ...uriOf(document), languageId: "l2r", version, text: document.getText() },
    })
  }
  const restart = async () => {
    await client?.stop()
    problems.clear()
    await start()
  }
  await start()

  const at = (document, position) => ({ textDocument: uriOf(document), position: to.plain(position) })
  const ask = (method, params, token) => client.request(`textDocument/${method}`, params, token)
  const { languages, workspace, commands } = vscode
  const watcher = workspace.createFileSystemWatcher("**/{*.l2r,*.ts,*.mts,*.js,*.mjs,train.jsonl}")
  const touched = () => client.notify("workspace/didChangeWatchedFiles", { changes: [] })
  for (const listen of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) listen.call(watcher, touched)
  context.subscriptions.push(
    log,
    problems,
    watcher,
    workspace.onDidOpenTextDocument(opened),
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (!own(document) || contentChanges.length === 0) return
      client.notify("textDocument/didChange", {
        textDocument: { ...uriOf(document), version: document.version },
        contentChanges: contentChanges.map(({ range, text }) => ({ range: to.plainRange(range), text })),
      })
    }),
    workspace.onDidSaveTextDocument((document) => {
      if (own(document)) client.notify("textDocument/didSave", { textDocument: uriOf(document) })
    }),
    workspace.onDidCloseTextDocument((document) => {
      if (own(document)) client.notify("textDocument/didClose", { textDocument: uriOf(document) })
    }),
    workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      const plain = (folders) => folders.map(({ uri, name }) => ({ uri: uri.toString(), name }))
      client.notify("workspace/didChangeWorkspaceFolders", { event: { added: plain(added), removed: plain(removed) } })
    }),
    languages.registerCompletionItemProvider(
      SELECTOR,
      {
        provideCompletionItems: async (document, position, token) =>
          ((await ask("completion", at(document, position), token))?.items ?? []).map(to.completion),
      },
      ...':[(,=."/ '.split(""),
    ),
    languages.registerHoverProvider(SELECTOR, {
      provideHover: async (document, position, token) => to.hover(await ask("hover", at(document, position), token)),
    }),
    languages.registerSignatureHelpProvider(
      SELECTOR,
      {
        provideSignatureHelp: async (document, position, token) =>
          to.signature(await ask("signatureHelp", at(document, position), token)),
      },
      "{",
      ",",
      ":",
    ),
    languages.registerDefinitionProvider(SELECTOR, {
      provideDefinition: async (document, position, token) =>
        to.location(await ask("definition", at(document, position), token)),
    }),
    languages.registerReferenceProvider(SELECTOR, {
      provideReferences: async (document, position, context, token) =>
        (await ask("references", { ...at(document, position), context }, token))?.map(to.location),
    }),
    languages.registerRenameProvider(SELECTOR, {
      provideRenameEdits: async (document, position, newName, token) =>
        to.workspaceEdit(await ask("rename", { ...at(document, position), newName }, token)),
      prepareRename: async (document, position, token) => {
        const found = await ask("prepareRename", at(document, position), token)
        if (!found) throw new Error("nothing here has a name that this file gives")
        return { range: to.range(found.range), placeholder: found.placeholder }
      },
    }),
    languages.registerDocumentSymbolProvider(SELECTOR, {
      provideDocumentSymbols: async (document, token) =>
        (await ask("documentSymbol", { textDocument: uriOf(document) }, token))?.map(to.symbol),
    }),
    languages.registerWorkspaceSymbolProvider({
      provideWorkspaceSymbols: async (query, token) =>
        (await client.request("workspace/symbol", { query }, token))?.map(to.workspaceSymbol),
    }),
    languages.registerFoldingRangeProvider(SELECTOR, {
      provideFoldingRanges: async (document, _context, token) =>
        (await ask("foldingRange", { textDocument: uriOf(document) }, token))?.map(to.fold),
    }),
    languages.registerSelectionRangeProvider(SELECTOR, {
      provideSelectionRanges: async (document, positions, token) =>
        (
          await ask("selectionRange", { textDocument: uriOf(document), positions: positions.map(to.plain) }, token)
        )?.map(to.selection),
    }),
    languages.registerDocumentFormattingEditProvider(SELECTOR, {
      provideDocumentFormattingEdits: async (document, options, token) =>
        (await ask("formatting", { textDocument: uriOf(document), options }, token))?.map(to.edit),
    }),
    languages.registerInlayHintsProvider(SELECTOR, {
      provideInlayHints: async (document, range, token) =>
        (await ask("inlayHint", { textDocument: uriOf(document), range: to.plainRange(range) }, token))?.map(to.inlay),
    }),
    languages.registerCodeActionsProvider(SELECTOR, {
      provideCodeActions: async (document, range, { only }, token) => {
        const context = { diagnostics: [], ...(only && { only: [only.value] }) }
        const params = { textDocument: uriOf(document), range: to.plainRange(range), context }
        return (await ask("codeAction", params, token))?.map(to.action)
      },
    }),
    commands.registerCommand("l2r.restart", restart),
    ...["run", "plan"].map((verb) => commands.registerCommand(`l2r.${verb}`, () => inTerminal(vscode, verb))),
    commands.registerCommand("l2r.report", () => openReport(vscode)),
    { dispose: () => client.stop() },
  )
  if (legend)
    context.subscriptions.push(
      languages.registerDocumentSemanticTokensProvider(
        SELECTOR,
        {
          provideDocumentSemanticTokens: async (document, token) => {
            const answer = await ask("semanticTokens/full", { textDocument: uriOf(document) }, token)
            return answer && new vscode.SemanticTokens(new Uint32Array(answer.data))
          },
        },
        new vscode.SemanticTokensLegend(legend.tokenTypes, legend.tokenModifiers),
      ),
    )
}

/** The spec in front, saved. */
async function specInFront(vscode) {
  const document = vscode.window.activeTextEditor?.document
  if (document?.languageId !== "l2r") {
    vscode.window.showInformationMessage("Open the spec that is meant.")
    return undefined
  }
  await document.save()
  return document.uri.fsPath
}

async function inTerminal(vscode, verb) {
  const file = await specInFront(vscode)
  if (file === undefined) return
  const terminal = vscode.window.terminals.find(({ name }) => name === "l2r") ?? vscode.window.createTerminal("l2r")
  const words = [...vscode.workspace.getConfiguration("l2r").get("command", ["l2r"]), verb, file]
  terminal.show()
  terminal.sendText(words.map((word) => (/^[\w./:=@-]+$/.test(word) ? word : JSON.stringify(word))).join(" "))
}

/** `spec.l2r` is reported under the name of its folder, any other under its own. */
async function openReport(vscode) {
  const file = await specInFront(vscode)
  if (file === undefined) return
  const name = path.basename(file, ".l2r")
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? path.dirname(file)
  const report = path.join(
    folder,
    "l2r-results",
    name === "spec" ? path.basename(path.dirname(file)) : name,
    "report.html",
  )
  const uri = vscode.Uri.file(report)
  try {
    await vscode.workspace.fs.stat(uri)
    await vscode.env.openExternal(uri)
  } catch {
    vscode.window.showInformationMessage(`There is no report yet: ${report}. Run the experiment first.`)
  }
}

module.exports = {
  activate: (context) => activateWith(require("vscode"), context),
  activateWith,
  deactivate: () => {},
}
