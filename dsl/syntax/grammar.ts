/**
 * The grammar, as concrete syntax trees. It knows no plugin and no kind of declaration.
 *
 *     declaration  kind name ( "=" plugin text? )? ( "{" ( entry ","? )* "}" )?
 *     entry        name ":" value  |  "compare" value "against" value "on" value
 *     value        number ( ".." number )?  |  text  |  list  |  record
 *                | word ( "." word )?  |  word "(" values ")"  |  word "[" values "]"
 *                | "sweep" word? "[" values "]"
 *
 * There is one parser, and it is reused. It recovers from nothing: `parse.ts` feeds it one declaration at a time, and a
 * broken one entry by entry, so an error stays where it is.
 */
import {
  type CstNode,
  CstParser,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
  type ParserMethod,
  type TokenType,
} from "chevrotain"
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
  Text,
  vocabularyOfTokens,
  Word,
} from "./tokens.ts"

type Rule = ParserMethod<[], CstNode>

/** What could have stood at the place of an error, in words; `parse.ts` makes the sentence. */
const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) =>
    ruleName === "header" && expected === Word ? "a name" : labelOf(expected),
  buildNotAllInputParsedMessage: () => "",
  buildNoViableAltMessage: ({ ruleName }) =>
    ruleName === "value" ? "a value" : ruleName === "entry" ? "an option" : "something else",
  buildEarlyExitMessage: () => "a value",
}

const labelOf = (type: TokenType): string => type.LABEL ?? type.name

export class Grammar extends CstParser {
  readonly #assigns: TokenType

  /** `assigns` stands between an option and its value. */
  constructor(skipValidations = true, assigns: TokenType = Colon) {
    super(vocabularyOfTokens, {
      maxLookahead: 2,
      recoveryEnabled: false,
      skipValidations,
      errorMessageProvider: expectations,
      nodeLocationTracking: "none",
    })
    this.#assigns = assigns
    this.performSelfAnalysis()
  }

  readonly languageLine: Rule = this.RULE("languageLine", () => {
    this.CONSUME(Word)
    this.CONSUME(NumberToken)
  })

  /** `use "./x.ts" as mine`, and `import "./x.l2r"`. */
  readonly sourceLine: Rule = this.RULE("sourceLine", () => {
    this.CONSUME(Word)
    this.CONSUME(Text)
    this.OPTION(() => {
      this.CONSUME(As)
      this.CONSUME1(Word, { LABEL: "alias" })
    })
  })

  readonly declaration: Rule = this.RULE("declaration", () => {
    this.SUBRULE(this.header)
    this.OPTION(() => this.SUBRULE(this.body))
  })

  readonly header: Rule = this.RULE("header", () => {
    this.CONSUME(Word, { LABEL: "kind" })
    this.CONSUME1(Word, { LABEL: "name" })
    this.OPTION(() => {
      this.CONSUME(Equals)
      this.CONSUME2(Word, { LABEL: "plugin" })
      this.OPTION1(() => {
        this.CONSUME(Dot)
        this.CONSUME3(Word, { LABEL: "member" })
      })
      this.OPTION2(() => this.CONSUME(Text))
    })
  })

  readonly body: Rule = this.RULE("body", () => {
    this.CONSUME(LeftBrace)
    this.MANY(() => {
      this.SUBRULE(this.entry)
      this.OPTION(() => this.CONSUME(Comma))
    })
    this.CONSUME(RightBrace)
  })

  readonly entry: Rule = this.RULE("entry", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.setting) }, { ALT: () => this.SUBRULE(this.comparison) }])
  })

  readonly setting: Rule = this.RULE("setting", () => {
    this.OR([{ ALT: () => this.CONSUME(Word, { LABEL: "key" }) }, { ALT: () => this.CONSUME(Text, { LABEL: "key" }) }])
    this.CONSUME(this.#assigns)
    this.SUBRULE(this.value)
  })

  readonly comparison: Rule = this.RULE("comparison", () => {
    this.CONSUME(Compare)
    this.SUBRULE(this.value, { LABEL: "left" })
    this.CONSUME(Against)
    this.SUBRULE1(this.value, { LABEL: "against" })
    this.CONSUME(On)
    this.SUBRULE2(this.value, { LABEL: "on" })
  })

  readonly value: Rule = this.RULE("value", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(NumberToken, { LABEL: "from" })
          this.OPTION(() => {
            this.CONSUME(Dots)
            this.CONSUME1(NumberToken, { LABEL: "to" })
          })
        },
      },
      { ALT: () => this.CONSUME(Text) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.body, { LABEL: "record" }) },
      {
        ALT: () => {
          this.CONSUME(Word)
          this.OPTION1({
            // A word may follow only the word `sweep`: in `compare learnt against [nearest]` it begins what comes next.
            GATE: () =>
              !isWord(this.LA(1)) ||
              (this.LA(0).image === "sweep" && this.LA(1).tokenType === Word && this.LA(2).tokenType === LeftBracket),
            DEF: () =>
              this.OR1([
                {
                  ALT: () => {
                    this.CONSUME(Dot)
                    this.CONSUME1(Word, { LABEL: "member" })
                  },
                },
                { ALT: () => this.SUBRULE(this.call) },
                { ALT: () => this.SUBRULE1(this.list, { LABEL: "picked" }) },
                {
                  ALT: () => {
                    this.CONSUME2(Word, { LABEL: "tag" })
                    this.SUBRULE2(this.list, { LABEL: "picked" })
                  },
                },
              ]),
          })
        },
      },
    ])
  })

  readonly list: Rule = this.RULE("list", () => {
    this.CONSUME(LeftBracket)
    this.OPTION(() => this.SUBRULE(this.values))
    this.CONSUME(RightBracket)
  })

  readonly call: Rule = this.RULE("call", () => {
    this.CONSUME(LeftParen)
    this.OPTION(() => this.SUBRULE(this.values))
    this.CONSUME(RightParen)
  })

  /** Values with commas between them; one may stand after the last. */
  readonly values: Rule = this.RULE("values", () => {
    this.SUBRULE(this.value)
    this.MANY(() => {
      this.CONSUME(Comma)
      this.SUBRULE1(this.value)
    })
    this.OPTION(() => this.CONSUME1(Comma))
  })
}

export type RuleName = "languageLine" | "sourceLine" | "declaration" | "header" | "entry" | "values"

export interface SyntaxProblem {
  /** What could have stood there; empty where the end was expected. */
  readonly expected: string
  /** The token that is in the way; undefined at the end of the input. */
  readonly found?: IToken
}

/** One rule over exactly these tokens: its tree, or the first problem. */
export type Derive = (rule: RuleName, tokens: readonly IToken[]) => CstNode | SyntaxProblem

export const deriveWith =
  (parser: Grammar): Derive =>
  (rule, tokens) => {
    // A problem is a value here, and its stack is what it costs.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    try {
      parser.input = tokens as IToken[]
      const tree = parser[rule]()
      const [error] = parser.errors
      return error ? problemOf(error) : tree
    } finally {
      Error.stackTraceLimit = stackTraceLimit
    }
  }

const problemOf = ({ message, token }: IRecognitionException): SyntaxProblem => ({
  expected: message,
  found: Number.isNaN(token.startOffset) || token.image === "" ? undefined : token,
})

export const derive: Derive = deriveWith(new Grammar())
