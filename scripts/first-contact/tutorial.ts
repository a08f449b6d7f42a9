import { readFileSync } from 'node:fs'

/** One step of a tutorial, in the order of the page. */
export type Step =
  | { readonly kind: 'command'; readonly line: string }
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'output'; readonly text: string }

/**
 * What a reader of a tutorial does, literally: runs the lines of each `sh` block, saves the block behind "Save this as",
 * and compares what is printed with each `json` block.
 */
export function stepsOf(page: string): readonly Step[] {
  const text = readFileSync(page, 'utf8')
  const blocks = text.matchAll(/(?:Save this as `([^`]+)`:\n\n)?```(\w+)\n([\s\S]*?)```/g)
  return [...blocks].flatMap(([, name, language, block = '']): Step[] => {
    if (name !== undefined) return [{ kind: 'file', name, text: block }]
    if (language === 'json') return [{ kind: 'output', text: block.trim() }]
    if (language !== 'sh') return []
    const lines = block.split('\n').map((line) => line.replace(/ +#.*$/, ''))
    return lines.filter((line) => line !== '').map((line) => ({ kind: 'command', line }))
  })
}
