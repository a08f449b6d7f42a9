/** AAuth requests carry no Authorization, so shared caches would store what they may not (M14). */
export const privateFields: readonly (readonly [name: string, value: string])[] = [
  ['cache-control', 'private'],
  ['vary', 'Signature-Key, Signature'],
]
