import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { transformSync } from 'esbuild'

const packages = resolve(import.meta.dirname, '../../..')
/** What runs in a server of a user. The test kit meets only its own user's text. */
const published = ['core', 'express', 'hono', 'koa']

/** Every regular expression in the source of the published packages, as `package/file: pattern`. */
export function sourcePatterns(): string[] {
  return published.flatMap((name) => {
    const folder = join(packages, name, 'src')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    return files.flatMap((file) =>
      patternsOf(readFileSync(join(folder, file), 'utf8')).map(
        (pattern) => `${name}/${file.replaceAll('\\', '/')}: ${pattern}`,
      ),
    )
  })
}

const beforeLiteral = /(?:^|[(,=:[!&|?{};+\-*%<>~^\n]|\breturn|\btypeof|\bcase|=>)\s*$/

/** The regular expressions in TypeScript: its literals, and what is given to `new RegExp`. */
export function patternsOf(typescript: string): string[] {
  // Without types and comments, so that a slash is a division, a literal, or in a string.
  const { code } = transformSync(typescript, { loader: 'ts', legalComments: 'none', target: 'esnext' })
  const patterns: string[] = []
  let before = ''
  for (let at = 0; at < code.length; ) {
    const rest = code.slice(at)
    const made = /^(?:new )?RegExp\(([^\n]*)\)/.exec(rest)
    const [text] =
      made && !/[\w$.]$/.test(before)
        ? made
        : (/^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/.exec(rest) ??
          (beforeLiteral.test(before) ? /^\/(?![*/])(?:\[(?:[^\]\\\n]|\\.)*\]|[^/\\\n[]|\\.)+\/[a-z]*/.exec(rest) : null) ?? [
            rest[0] as string,
          ])
    if (made && text === made[0]) patterns.push(`RegExp(${made[1]})`)
    else if (text.length > 1 && text.startsWith('/')) patterns.push(text)
    before = (before + text).slice(-12)
    at += text.length
  }
  return patterns
}
