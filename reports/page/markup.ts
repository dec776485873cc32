/**
 * HTML by template: what stands in a template's text is markup, what is put into it is text and gets escaped. An order id or a log line of the
 * system under test can so never become markup, and no caller has to remember it.
 */
export class Markup {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

type Piece = Markup | string | number | undefined | readonly Piece[]

/** Markup of a template; lists are joined, undefined is nothing. */
export function html(texts: TemplateStringsArray, ...pieces: Piece[]): Markup {
  return new Markup(texts.map((text, index) => text + (index < pieces.length ? sourceOf(pieces[index]) : '')).join(''))
}

function sourceOf(piece: Piece): string {
  if (piece === undefined) return ''
  if (piece instanceof Markup) return piece.source
  return typeof piece === 'object' ? piece.map(sourceOf).join('') : escapeHtml(String(piece))
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character])
}

/** JSON for a data block: no `<`, so that neither `</script` nor `<!--` can end it or change how it is read, and no line separators. */
export function jsonBlock(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The first `limit` of a list and, where there are more, how many were left out. Bounds the page's size. */
export function firstOf<T>(list: readonly T[], limit: number): { shown: readonly T[]; leftOut: number } {
  return { shown: list.slice(0, limit), leftOut: Math.max(0, list.length - limit) }
}
