/**
 * The language for editors: pure functions of a text, a place in it, and what the host knows. They hold on broken text.
 *
 *     documentOf(text, host)  ->  completionsAt, hoverAt, signatureAt          what may be written, what is written
 *                                 definitionAt, referencesAt, renameAt         where a name belongs
 *                                 symbolsOf, foldsOf, selectionsAt             the shape of the file
 *                                 linksOf                                      who names whom
 *                                 semanticTokensOf, inlaysIn, actionsAt        colours, what is unsaid, what can be done
 */
export { type Action, actionsAt, UNUSED } from "./actions/index.ts"
export { type Completion, completionsAt } from "./completion/index.ts"
export { type Document, documentOf, type Host, type PlaceOf } from "./document.ts"
export { type Fold, foldsOf } from "./folding.ts"
export { type Hover, hoverAt } from "./hover.ts"
export { type Inlay, inlaysIn } from "./inlay.ts"
export { type Link, linksOf } from "./links.ts"
export { type Definition, definitionAt, referencesAt } from "./navigation.ts"
export { type Edit, renameAt, renameableAt } from "./rename.ts"
export { type Range, selectionsAt } from "./selection.ts"
export { type SemanticToken, semanticTokensOf, TOKEN_MODIFIERS, TOKEN_TYPES } from "./semantic_tokens.ts"
export { type Signature, signatureAt } from "./signature.ts"
export { type Symbol, symbolsOf } from "./symbols.ts"
export { dataIn } from "./tasks.ts"
