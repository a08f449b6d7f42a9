import { readFileSync } from 'node:fs'

/** One step of a tutorial, in the order of the page. */
export type Step =
  | { readonly kind: 'command'; readonly line: string }
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'output'; readonly text: string }

/**
 * What a reader of a tutorial does, literally: saves the blocks behind "Save this as", runs the lines of each `sh` block,
 * and compares what the last of them printed with the block that follows. It ends where the page begins to explain.
 */
export function stepsOf(page: string): readonly Step[] {
  const [body = ''] = readFileSync(page, 'utf8').split('\n## What happened')
  const blocks = body.matchAll(/^(.*)\n\n```(\w+)\n([\s\S]*?)^```$/gm)
  return [...blocks].flatMap(([, before = '', language, text = '']): Step[] => {
    const [, name] = /^Save this as `([^`]+)`:$/.exec(before) ?? []
    if (name !== undefined) return [{ kind: 'file', name, text }]
    if (language !== 'sh') return [{ kind: 'output', text: text.trim() }]
    return text
      .trim()
      .split('\n')
      .map((line) => ({ kind: 'command', line }))
  })
}
