/**
 * Strings as a JSON array in ASCII. Text in PostgreSQL cannot hold U+0000 nor lone surrogates, and depending on its
 * encoding not even all letters. Any two lists of strings have different names.
 */
export function nameOf(...parts: readonly string[]): string {
  const json = JSON.stringify(parts)
  let name = ''
  let copied = 0
  for (let i = 0; i < json.length; i++) {
    const unit = json.charCodeAt(i)
    if (unit < 0x7f) continue
    name += `${json.slice(copied, i)}\\u${unit.toString(16).padStart(4, '0')}`
    copied = i + 1
  }
  return name + json.slice(copied)
}

/** The strings of a name. */
export function partsOf(name: unknown): readonly string[] {
  return JSON.parse(String(name)) as string[]
}
