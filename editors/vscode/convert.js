/** From the language server protocol's values to the editor's own, and back. */

/** @param {any} vscode */
function converterOf(vscode) {
  const { Position, Range, Location, Uri, MarkdownString, SnippetString, TextEdit } = vscode
  const plain = ({ line, character }) => ({ line, character })
  const plainRange = ({ start, end }) => ({ start: plain(start), end: plain(end) })
  const position = ({ line, character }) => new Position(line, character)
  const range = ({ start, end }) => new Range(position(start), position(end))
  const markdown = (value) => (value === undefined ? undefined : new MarkdownString(value.value))
  const location = (value) => value && new Location(Uri.parse(value.uri), range(value.range))
  const edit = (value) => new TextEdit(range(value.range), value.newText)

  const diagnostic = (value) => {
    const made = new vscode.Diagnostic(range(value.range), value.message, value.severity - 1)
    made.code = value.code
    made.source = value.source
    made.relatedInformation = value.relatedInformation?.map(
      (other) => new vscode.DiagnosticRelatedInformation(location(other.location), other.message),
    )
    return made
  }
  const completion = (value) => {
    const made = new vscode.CompletionItem(value.label, value.kind - 1)
    made.detail = value.detail
    made.documentation = markdown(value.documentation)
    made.range = range(value.textEdit.range)
    made.insertText = new SnippetString(value.textEdit.newText)
    made.sortText = value.sortText
    made.command = value.command
    return made
  }
  const workspaceEdit = (value) => {
    if (!value) return undefined
    const made = new vscode.WorkspaceEdit()
    for (const [uri, edits] of Object.entries(value.changes)) made.set(Uri.parse(uri), edits.map(edit))
    return made
  }
  const symbol = (value) => {
    const made = new vscode.DocumentSymbol(
      value.name,
      value.detail,
      value.kind - 1,
      range(value.range),
      range(value.selectionRange),
    )
    made.children = value.children.map(symbol)
    return made
  }
  const selection = (value) => new vscode.SelectionRange(range(value.range), value.parent && selection(value.parent))
  const inlay = (value) => {
    const made = new vscode.InlayHint(position(value.position), value.label)
    made.paddingLeft = value.paddingLeft
    made.tooltip = markdown(value.tooltip)
    return made
  }
  const action = (value) => {
    const kind = value.kind.split(".").reduce((at, part) => at.append(part), vscode.CodeActionKind.Empty)
    const made = new vscode.CodeAction(value.title, kind)
    made.edit = workspaceEdit(value.edit)
    made.isPreferred = value.isPreferred
    made.diagnostics = value.diagnostics?.map(diagnostic)
    return made
  }
  const signature = (value) => {
    if (!value) return undefined
    const made = new vscode.SignatureHelp()
    made.signatures = value.signatures.map((one) => {
      const shown = new vscode.SignatureInformation(one.label, markdown(one.documentation))
      shown.parameters = one.parameters.map(
        (each) => new vscode.ParameterInformation(each.label, markdown(each.documentation)),
      )
      return shown
    })
    made.activeSignature = value.activeSignature
    made.activeParameter = value.activeParameter
    return made
  }
  return {
    plain,
    plainRange,
    range,
    location,
    edit,
    diagnostic,
    completion,
    workspaceEdit,
    symbol,
    selection,
    inlay,
    action,
    signature,
    hover: (value) => value && new vscode.Hover(markdown(value.contents), range(value.range)),
    fold: (value) => new vscode.FoldingRange(value.startLine, value.endLine, value.kind === "comment" ? 1 : 3),
    workspaceSymbol: (value) =>
      new vscode.SymbolInformation(value.name, value.kind - 1, value.containerName, location(value.location)),
  }
}

module.exports = { converterOf }
