/** The path of a raw request target, as text. */
export function pathOf(target: string): string {
  const origin = target.replace(/^https?:\/\/[^/?]*/i, '')
  return origin.split('?', 1)[0] || '/'
}
