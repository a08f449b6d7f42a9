import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { transformSync } from 'esbuild'

const packages = resolve(import.meta.dirname, '../../..')
/** What runs in a server of a user. The test kit meets only its own user's text. */
const published = [
  'audit',
  'console',
  'core',
  'express',
  'fastify',
  'gateway',
  'hono',
  'koa',
  'gateway',
  'nestjs',
  'nextjs',
  'opentelemetry',
  'postgres',
  'redis',
]

/** Every regular expression in the source of the published packages, as `package/file: pattern`, sorted. */
export function sourcePatterns(): string[] {
  const found = published.flatMap((name) => {
    const folder = join(packages, name, 'src')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    return files
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        patternsOf(readFileSync(join(folder, file), 'utf8')).map(
          (pattern) => `${name}/${file.replaceAll('\\', '/')}: ${pattern}`,
        ),
      )
  })
  return [...new Set(found)].sort()
}

const stringAt = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y
const constructorAt = /RegExp\((?:`[^`]*`|"[^"]*"|'[^']*'|[^()\n`"'])*\)/y
const literalAt = /\/(?![*/])(?:\[(?:[^\]\\\n]|\\.)*\]|[^/\\\n[]|\\.)+\/[a-z]*/y
/** What a value follows: there a slash begins a literal, anywhere else it divides. */
const beforeValue = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield|void|throw))\s*$/

/** The regular expressions in TypeScript: its literals, and what is given to `RegExp`. */
export function patternsOf(typescript: string): string[] {
  // Without types and comments, so that a slash divides, begins a literal, or is text.
  const transformed = transformSync(typescript, { loader: 'ts', legalComments: 'none', target: 'esnext' })
  const code = transformed.code.replaceAll('/* @__PURE__ */', '')
  const patterns: string[] = []
  // A template holds expressions that hold templates: the braces that are open in each, the innermost last.
  const open: number[] = []
  let inTemplate = false
  for (let at = 0; at < code.length; at++) {
    const character = code[at]
    if (inTemplate) {
      if (character === '\\') at++
      else if (character === '`') inTemplate = false
      else if (character === '$' && code[at + 1] === '{') {
        open.push(0)
        inTemplate = false
        at++
      }
      continue
    }
    const depth = open.length - 1
    if (character === '`') inTemplate = true
    else if (character === '{' && depth >= 0) open[depth] = (open[depth] as number) + 1
    else if (character === '}' && depth >= 0) {
      if (open[depth] === 0) {
        open.pop()
        inTemplate = true
      } else open[depth] = (open[depth] as number) - 1
    } else {
      const before = code.slice(Math.max(0, at - 12), at)
      const text =
        take(stringAt, code, at) ??
        (/[\w$.]$/.test(before) ? undefined : take(constructorAt, code, at)) ??
        (beforeValue.test(before) ? take(literalAt, code, at) : undefined)
      if (text === undefined) continue
      if (!/^["']/.test(text)) patterns.push(text)
      at += text.length - 1
    }
  }
  return patterns
}

function take(pattern: RegExp, code: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(code)?.[0]
}
