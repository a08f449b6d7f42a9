/** Claims of an auth token before it is signed. */
export type AuthClaims = Readonly<Record<string, unknown>> & { readonly exp: number }

/** A way for a token endpoint to grant what it must not. */
export type ExchangeMismatchName =
  | 'broader-scope'
  | 'other-account'
  | 'other-audience'
  | 'other-issuer'
  | 'other-key'
  | 'other-person'
  | 'other-agent'
  | 'other-mission'
  | 'no-mission'
  | 'longer-life'

/** A way for a token endpoint to answer wrongly. */
export type ExchangeMisbehaviour = ExchangeMismatchName | 'deny' | 'no-token' | 'not-json' | 'never-answer'

const digest = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
/** The public key of RFC 8037, Appendix A.2, which no agent here holds. */
const otherKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  alg: 'Ed25519',
}

/** What each departure makes of the claims. The generation is kept. */
export const exchangeMismatches: Readonly<
  Record<ExchangeMismatchName, (claims: AuthClaims) => Readonly<Record<string, unknown>>>
> = {
  'broader-scope': ({ scope }) => ({ scope: `${scope} everything` }),
  'other-account': () => ({ account: 'of-somebody-else' }),
  'other-audience': () => ({ aud: 'https://elsewhere.example' }),
  'other-issuer': () => ({ iss: 'https://elsewhere.example' }),
  'other-key': () => ({ cnf: { jwk: otherKey } }),
  'other-person': () => ({ sub: 'somebody-else' }),
  'other-agent': ({ agent }) => (agent === undefined ? {} : { agent: 'aauth:other@agent.example' }),
  'other-mission': (claims) =>
    'agent' in claims
      ? { mission: { ...(claims.mission as object), s256: digest } }
      : { mission_s256: digest },
  'no-mission': () => ({ mission: undefined, mission_s256: undefined }),
  'longer-life': ({ exp }) => ({ exp: exp + 1 }),
}

/** The departure of that name, if it is one. */
export function mismatchNamed(
  name: ExchangeMisbehaviour | undefined,
): ((claims: AuthClaims) => Readonly<Record<string, unknown>>) | undefined {
  return exchangeMismatches[name as ExchangeMismatchName]
}
