/** How reports lay out text for a terminal: colours that can be left out, lines that fit. */
import { styleText } from 'node:util'
import { plainText } from './format.ts'

type Style = Parameters<typeof styleText>[0]
export type Paint = (style: Style, text: string) => string

const labelWidth = 10

export function painter(color: boolean): Paint {
  // The caller has looked at the stream; this must also colour a string that goes to no stream at all.
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text)
}

/** Lines under a label that stands before the first of them. */
export function labelled(label: string, text: string, columns: number, paint: Paint): string[] {
  return wrap(plainText(text), columns - 2 - labelWidth).map((line, index) => `  ${paint('dim', (index === 0 ? label : '').padEnd(labelWidth))}${line}`)
}

/** One line under a label, never wrapped, so that it can be clicked or copied. */
export function unwrapped(label: string, text: string, paint: Paint): string {
  return `  ${paint('dim', label.padEnd(labelWidth))}${plainText(text)}`
}

/** Lines of at most `columns`, broken at blanks; a longer word is cut. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = ['']
  for (const word of text.split(/\s+/).flatMap(whole => whole.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [])) {
    const last = lines.at(-1)!
    if (last === '') lines[lines.length - 1] = word
    else if (last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
