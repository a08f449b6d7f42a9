/** AAuth requests have no Authorization field, so without these fields shared caches could store the answers (M14). */
export const privateFields: readonly (readonly [name: string, value: string])[] = [
  ['cache-control', 'private'],
  ['vary', 'Signature-Key, Signature'],
]
