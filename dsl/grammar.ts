/**
 * The grammar. It knows no plugin and no kind of declaration.
 *
 *     declaration  kind name ( "=" plugin text? )? ( "{" ( entry ","? )* "}" )?
 *     entry        name ":" value  |  "compare" value "against" value "on" value
 *     value        number ( ".." number )?  |  text  |  list  |  record
 *                | word ( "." word )?  |  word "(" values ")"  |  word "[" values "]"
 *                | "sweep" word? "[" values "]"
 *
 * It recovers from nothing: `parse.ts` feeds it one declaration at a time, and a broken one entry by entry, so an error
 * stays where it is.
 */
import {
  type Ahead,
  type CstNode,
  firstOf,
  type Grammar,
  given,
  optional,
  type Part,
  readerOfGrammar,
  repeated,
  rule,
  type SyntaxProblem,
  token,
} from "./derive.ts"
import {
  Against,
  As,
  Colon,
  Comma,
  Compare,
  Dot,
  Dots,
  Equals,
  isWord,
  LeftBrace,
  LeftBracket,
  LeftParen,
  NumberToken,
  On,
  RightBrace,
  RightBracket,
  RightParen,
  readsAs,
  Text,
  type Token,
  type TokenType,
  Word,
} from "./tokens.ts"

export type { CstElement, CstNode, SyntaxProblem } from "./derive.ts"

const name = (label: string): Part => token(Word, label, "a name")

/** A word may follow only the word `sweep`: in `compare learnt against [nearest]` it begins what comes next. */
const goesOn = (ahead: Ahead): boolean =>
  !isWord(ahead(0)) ||
  (ahead(-1)?.image === "sweep" && ahead(0)?.tokenType === Word && ahead(1)?.tokenType === LeftBracket)

/** Of several ways, the first that begins with the next token; `said` is what could have stood there. */
const either = (said: string, ...ways: (readonly Part[])[]): Part => ({
  kind: "either",
  said,
  alternatives: ways.map((parts) => ({ parts })),
})

/** `assigns` stands between an option and its value. */
export const grammarWith = (assigns: TokenType): Grammar => {
  const value: readonly Part[] = [
    either(
      "a value",
      [token(NumberToken, "from"), optional(token(Dots), token(NumberToken, "to"))],
      [token(Text)],
      [rule("list")],
      [rule("body", "record")],
      [
        token(Word),
        given(goesOn, {
          kind: "optional",
          parts: [
            either(
              "something else",
              [token(Dot), token(Word, "member")],
              [rule("call")],
              [rule("list", "picked")],
              [token(Word, "tag"), rule("list", "picked")],
            ),
          ],
        }),
      ],
    ),
  ]
  const list: readonly Part[] = [token(LeftBracket), optional(rule("values")), token(RightBracket)]
  const body: readonly Part[] = [token(LeftBrace), repeated(rule("entry"), optional(token(Comma))), token(RightBrace)]
  const first = firstOf(value, { list, body })
  const beginsValue = (token: Token | undefined): boolean => readsAs(token, first)
  return {
    languageLine: [token(Word), token(NumberToken)],
    /** `use "./x.ts" as mine`, and `import "./x.l2r"`. */
    sourceLine: [token(Word), token(Text), optional(token(As), token(Word, "alias"))],
    declaration: [rule("header"), optional(rule("body"))],
    header: [
      name("kind"),
      name("name"),
      optional(token(Equals), name("plugin"), optional(token(Dot), name("member")), optional(token(Text))),
    ],
    body,
    entry: [
      {
        kind: "either",
        said: "an option",
        alternatives: [
          {
            parts: [rule("setting")],
            when: (ahead) => ahead(0)?.tokenType === Text || ahead(1)?.tokenType === assigns,
          },
          { parts: [rule("comparison")], when: (ahead) => beginsValue(ahead(1)) },
        ],
      },
    ],
    setting: [either("an option", [token(Word, "key")], [token(Text, "key")]), token(assigns), rule("value")],
    comparison: [
      token(Compare),
      rule("value", "left"),
      token(Against),
      rule("value", "against"),
      token(On),
      rule("value", "on"),
    ],
    value,
    list,
    call: [token(LeftParen), optional(rule("values")), token(RightParen)],
    /** Values with commas between them; one may stand after the last. */
    values: [
      rule("value"),
      given((ahead) => beginsValue(ahead(1)), { kind: "repeated", parts: [token(Comma), rule("value")] }),
      optional(token(Comma)),
    ],
  }
}

export type RuleName = "languageLine" | "sourceLine" | "declaration" | "header" | "entry" | "values"

/** One rule over exactly these tokens: its tree, or the first problem. */
export type Derive = (rule: RuleName, tokens: readonly Token[]) => CstNode | SyntaxProblem

export const deriveWith = (grammar: Grammar): Derive => readerOfGrammar(grammar)

export const grammar = grammarWith(Colon)
export const derive: Derive = deriveWith(grammar)
