/** What the server tells an editor that it can do. */
import { TOKEN_MODIFIERS, TOKEN_TYPES } from "../../dsl/editor/index.ts"

export const capabilities = {
  positionEncoding: "utf-16",
  textDocumentSync: { openClose: true, change: 2, save: { includeText: false } },
  completionProvider: { triggerCharacters: [":", "[", "(", ",", "=", ".", '"', "/", " "], resolveProvider: false },
  hoverProvider: true,
  signatureHelpProvider: { triggerCharacters: ["{", ",", ":"], retriggerCharacters: [",", ":"] },
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  renameProvider: { prepareProvider: true },
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  documentFormattingProvider: true,
  inlayHintProvider: { resolveProvider: false },
  codeActionProvider: { codeActionKinds: ["quickfix", "refactor.extract", "refactor.rewrite"] },
  semanticTokensProvider: {
    legend: { tokenTypes: TOKEN_TYPES, tokenModifiers: TOKEN_MODIFIERS },
    full: true,
    range: false,
  },
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
} as const
