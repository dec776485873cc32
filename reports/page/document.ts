// The frame that every page stands in: one file, of which a browser runs and fetches nothing that the page did not bring.
import { html, Markup } from './markup.ts'

export interface DocumentParts {
  title: string
  /** Sources beyond inline styles that the page may use, as directives of a Content-Security-Policy; none where empty. */
  allowed: readonly string[]
  /** Further elements of the head. */
  head?: Markup
  styles: readonly string[]
  body: Markup
}

/** The whole page as text. */
export function renderDocument({ title, allowed, head, styles, body }: DocumentParts): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(["default-src 'none'", "style-src 'unsafe-inline'", ...allowed].join('; '))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${head}${styles.map(style => html`<style>${new Markup(style)}</style>\n`)}</head>
<body>
${body}
</body>
</html>
`.source
}
