/**
 * The name of a token in caches: the first 24 characters of its signature. Hashing a whole token of a kilobyte takes 1.6 µs,
 * these 0.1 µs. Tokens that honest issuers sign differ in them. An issuer can give its token those of another one, with an
 * ES256 key that is computed for the purpose, and so push the other out. What is found must be compared with the whole token.
 */
export function tokenName(text: string): string {
  return text.slice(-86, -62)
}
