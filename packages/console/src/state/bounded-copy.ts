/** Characters of one text. Longer ones are cut, and end with `…`. */
const maxText = 256
/** Members whose texts may be longer: they must stay whole to be of use, and core bounds them. */
const longerTexts: Readonly<Record<string, number>> = { hint: 1024, approver: 512 }
/** Entries of one list. */
const maxItems = 1000
const fewerItems: Readonly<Record<string, number>> = { agents: 20, classes: 20, keys: 20, covered: 32 }
const maxMembers = 64
const maxDepth = 6

/**
 * A copy of plain data for display. Long texts and lists are cut, since callers choose much of what is in them. Where a
 * list was cut, the member `…Omitted` beside it says how many entries are missing.
 *
 * @param budget characters of all texts together; once they are used up, lists end
 */
export function boundedCopy<T>(value: T, budget: number = Number.POSITIVE_INFINITY): T {
  const left = { characters: budget }
  return copyOf(value, '', left, 0) as T
}

interface Left {
  characters: number
}

function copyOf(value: unknown, name: string, left: Left, depth: number): unknown {
  if (typeof value === 'string') {
    const text = clip(value, own(longerTexts, name) ?? maxText)
    left.characters -= text.length
    return text
  }
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value
  if (depth === maxDepth) return undefined
  if (Array.isArray(value)) return itemsOf(value, name, left, depth)
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, member] of Object.entries(value).slice(0, maxMembers)) {
    const safeKey = clip(key, maxText)
    const copied = copyOf(member, key, left, depth + 1)
    copy[safeKey] = copied
    if (Array.isArray(member) && Array.isArray(copied) && copied.length < member.length)
      copy[`${safeKey}Omitted`] = member.length - copied.length
  }
  return copy
}

function itemsOf(items: readonly unknown[], name: string, left: Left, depth: number): unknown[] {
  const copies: unknown[] = []
  const max = own(fewerItems, name) ?? maxItems
  for (const item of items) {
    if (copies.length === max || left.characters <= 0) break
    copies.push(copyOf(item, name, left, depth + 1))
  }
  return copies
}

/** The beginning of a text, not cut within a character. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text
  const last = text.charCodeAt(max - 2)
  const isHalf = last >= 0xd800 && last <= 0xdbff
  return `${text.slice(0, isHalf ? max - 2 : max - 1)}…`
}

function own(table: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
