/**
 * The name of a token in caches: the first 24 characters of its signature. Hashing a whole token of a kilobyte takes 1.6 µs,
 * these 0.1 µs. Whoever could sign a token with the same ones would know the secret of another signature. What is found must
 * be compared with the whole token.
 */
export function tokenName(text: string): string {
  return text.slice(-86, -62)
}
