import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, visit } from 'yaml'
import { ConfigurationError } from './configuration-error.ts'
import { quoted } from './quoted.ts'

/** Names of members and indexes of lists, from the outermost on. */
export type Path = readonly (string | number)[]

/** The values of a configuration file, and where in it they are. */
export interface ConfigurationDocument {
  readonly value: unknown
  /** The file, and the line of the deepest member of `path` that the file has, as `gateway.yaml:12`. */
  place(path: Path): string
}

const maxOctets = 262_144
const maxDepth = 16

/**
 * Reads JSON, or YAML 1.2 of which nothing is left to interpretation: one document without duplicate keys, anchors,
 * aliases, merges, tags and directives, at most 256 KiB long.
 *
 * @param file its name, for errors
 * @throws {ConfigurationError} naming the line
 */
export function readDocument(text: string, file: string): ConfigurationDocument {
  const fail = (line: number, message: string): never => {
    throw new ConfigurationError(`${file}:${line}: ${message}`)
  }
  if (Buffer.byteLength(text) > maxOctets)
    throw new ConfigurationError(`${file}: the file has more than ${maxOctets} octets: shorten it`)
  const lines = new LineCounter()
  const root = parse(text, lines, fail)
  refuseInterpretation(root, lines, fail)
  const value = root === null ? null : plain(root, [], (node, message) => fail(lineOf(lines, node), message))
  return { value, place: (path) => `${file}:${lineAt(root, path, lines)}` }
}

function parse(
  text: string,
  lines: LineCounter,
  fail: (line: number, message: string) => never,
): Node | null {
  const options = { version: '1.2', schema: 'core', strict: true, uniqueKeys: true, merge: false } as const
  const parsed = attempt(() =>
    parseAllDocuments(text, { ...options, prettyErrors: false, lineCounter: lines, logLevel: 'error' }),
  )
  if (parsed === undefined) return fail(1, 'the file is nested too deeply: write fewer levels')
  if (!Array.isArray(parsed) || parsed.length === 0)
    return fail(1, 'the file is empty: write at least "issuer", "trust", "upstream" and "routes"')
  const [document, further] = parsed
  for (const { message, pos } of [...(document?.errors ?? []), ...(document?.warnings ?? [])])
    return fail(lines.linePos(pos[0]).line, `the file is not YAML or JSON: ${message}`)
  if (further !== undefined)
    return fail(lines.linePos(further.range[0]).line, 'a second document begins: keep one')
  const { yaml, tags } = document?.directives ?? {}
  if (yaml?.explicit === true || (tags !== undefined && Object.keys(tags).length > 1))
    return fail(1, 'the file has a directive: remove the lines that begin with %')
  return (document?.contents ?? null) as Node | null
}

/** What would make the file mean something else than what stands in it. */
function refuseInterpretation(
  root: Node | null,
  lines: LineCounter,
  fail: (line: number, message: string) => never,
): void {
  if (root === null) return
  visit(root, {
    Node(_, node, path) {
      const line = lineOf(lines, node)
      if (path.length > maxDepth * 2) fail(line, 'the file is nested too deeply: write fewer levels')
      if (isAlias(node))
        fail(
          line,
          `"*${node.source}" is an alias: write the value itself, or quote a text that begins with *`,
        )
      const { anchor, tag } = node as { anchor?: string; tag?: string }
      if (anchor !== undefined)
        fail(line, `"&${anchor}" is an anchor: remove it, or quote a text that begins with &`)
      if (tag !== undefined)
        fail(line, `${quoted(tag)} is a tag: remove it, or quote a text that begins with !`)
    },
  })
}

function plain(node: unknown, path: Path, fail: (node: Node, message: string) => never): unknown {
  if (isMap(node)) {
    const members: Record<string, unknown> = Object.create(null)
    for (const { key, value } of node.items) {
      if (!isScalar(key) || typeof key.value !== 'string')
        fail((key ?? node) as Node, 'a name of a member is not a text: put it in quotation marks')
      const name = (key as { value: string }).value
      if (name === '<<') fail(key as Node, '"<<" would merge another map: write its members here')
      members[name] = plain(value, [...path, name], fail)
    }
    return members
  }
  if (isSeq(node)) return node.items.map((item, index) => plain(item, [...path, index], fail))
  return isScalar(node) ? node.value : null
}

function lineAt(root: Node | null, path: Path, lines: LineCounter): number {
  let node: Node | null = root
  let line = root === null ? 1 : lineOf(lines, root)
  for (const step of path) {
    const found: { at: Node | null; value: Node | null } | undefined = memberOf(node, step)
    if (found?.at == null) break
    line = lineOf(lines, found.at)
    node = found.value
  }
  return line
}

function memberOf(node: Node | null, step: string | number) {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
    return pair && { at: pair.key as Node, value: pair.value as Node | null }
  }
  if (!isSeq(node) || typeof step !== 'number') return undefined
  const item = (node.items[step] ?? null) as Node | null
  return { at: item, value: item }
}

function lineOf(lines: LineCounter, { range }: Node): number {
  return range ? lines.linePos(range[0]).line : 1
}

function attempt<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    // The parser is recursive.
    if (error instanceof RangeError) return undefined
    throw error
  }
}
