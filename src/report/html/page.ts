/** The frame of the page: head, content security policy, body. */
import { createHash } from "node:crypto"
import { type Content, html, Markup, trusted } from "./markup.ts"
import { STYLE } from "./style.ts"

/** No script, no network: only the style sheet whose hash stands here. */
export const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`

export function page(title: string, body: Content): string {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(CONTENT_SECURITY_POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`
  return document.text
}
