import type { RevocationStore } from '@aauth-guard/core'

/** A token that an issuer signed, as long as it lives. */
export interface IssuedToken {
  readonly kind: 'agent-token' | 'person-token' | 'auth-token'
  readonly jti: string
  /** Seconds. */
  readonly exp: number
  /** Where it is shown: a resource, and for an agent token the person server of the agent. */
  readonly aud: string | undefined
  readonly sub: string | undefined
  /** The agent it was issued to, where the issuer knew. */
  readonly agent: string | undefined
  /** Whose token it is, by the name the person server has for them; absent where it was not told. */
  readonly person: string | undefined
  /** Digest of the mission it was issued under. */
  readonly mission: string | undefined
  /** The tokens it was issued on: what was presented, and the upstream token of a call chain. */
  readonly issuedOn: readonly TokenName[]
  /** Access servers a person token was presented to. */
  readonly presentedTo: Set<string>
}

/** Issuer and `jti`, joined by a space that neither can hold where the one ends. */
export type TokenName = `${string} ${string}`

/** What the issuer knows beside the claims. */
export interface IssuedFor {
  readonly agent?: string
  readonly person?: string
  readonly issuedOn?: readonly TokenName[]
}

/** Which tokens are meant; what is left out is not asked about. */
export type TokenSelection = Partial<Pick<IssuedToken, 'kind' | 'jti' | 'aud' | 'sub' | 'agent' | 'mission'>>

const kinds: Readonly<Record<string, IssuedToken['kind']>> = {
  'aa-agent+jwt': 'agent-token',
  'aa-person+jwt': 'person-token',
  'aa-auth+jwt': 'auth-token',
}
/** Seconds for which receivers still take a token that has expired. */
const tolerance = 60

/** What an issuer remembers of the tokens it signed, each until it has expired (PS11-05, AS11-08). */
export class IssuedTokens {
  private readonly byName = new Map<TokenName, IssuedToken>()
  private sweepAt = 1024

  remember(typ: string, claims: Readonly<Record<string, unknown>>, issuedFor: IssuedFor, now: number): void {
    const { iss, jti, exp, ps, mission, mission_s256: s256 } = claims
    const kind = kinds[typ]
    if (kind === undefined || typeof iss !== 'string' || typeof jti !== 'string' || typeof exp !== 'number')
      return
    if (this.byName.size >= this.sweepAt) this.sweep(now)
    this.byName.set(`${iss} ${jti}`, {
      kind,
      jti,
      exp,
      aud: text(kind === 'agent-token' ? ps : claims.aud),
      sub: text(claims.sub),
      agent: issuedFor.agent,
      person: issuedFor.person,
      mission: text(s256 ?? (mission as { s256?: unknown } | undefined)?.s256),
      issuedOn: issuedFor.issuedOn ?? [],
      presentedTo: new Set(),
    })
  }

  get(name: TokenName): IssuedToken | undefined {
    return this.byName.get(name)
  }

  all(): readonly IssuedToken[] {
    return [...this.byName.values()]
  }

  /** Knows tokens again that {@link all} listed before. */
  restore(issuer: string, tokens: Iterable<IssuedToken>): void {
    for (const token of tokens) this.byName.set(`${issuer} ${token.jti}`, token)
  }

  /** Those that live. */
  alive(now: number): readonly IssuedToken[] {
    return [...this.byName.values()].filter(({ exp }) => exp + tolerance >= now)
  }

  /** Those that live and are meant, and what was issued on them. */
  selected(selection: TokenSelection, now: number): readonly IssuedToken[] {
    const wanted = Object.entries(selection).filter(([, value]) => value !== undefined)
    const named = new Set<TokenName>()
    for (const [name, token] of this.byName)
      if (wanted.every(([member, value]) => token[member as keyof TokenSelection] === value)) named.add(name)
    return this.withIssuedOn(named, now)
  }

  /** Those that live and are named, or were issued on one that is, however far back. */
  withIssuedOn(names: ReadonlySet<TokenName>, now: number): readonly IssuedToken[] {
    const reached = new Set(names)
    // A token is remembered after those it was issued on.
    for (const [name, { issuedOn }] of this.byName)
      if (issuedOn.some((source) => reached.has(source))) reached.add(name)
    return [...this.byName]
      .filter(([name, { exp }]) => reached.has(name) && exp + tolerance >= now)
      .map(([, token]) => token)
  }

  private sweep(now: number): void {
    for (const [name, { exp }] of this.byName) if (exp + tolerance < now) this.byName.delete(name)
    this.sweepAt = Math.max(1024, this.byName.size * 2)
  }
}

/** Tokens that were withdrawn here, by whoever issued them; a server's own among them. */
export class WithdrawnTokens implements RevocationStore {
  private readonly until = new Map<TokenName, number>()
  private readonly clock: () => number

  constructor(clock: () => number) {
    this.clock = clock
  }

  add({ iss, jti, exp }: { iss: string; jti: string; exp: number }): 'recorded' {
    const now = this.clock()
    for (const [name, end] of this.until) if (end < now) this.until.delete(name)
    this.until.set(`${iss} ${jti}`, exp + tolerance)
    return 'recorded'
  }

  find({ iss, jti }: { iss: string; jti: string }): { revoked: boolean } {
    return { revoked: this.has(iss, jti) }
  }

  /** Nothing that a test calls purges an issuer of another one's. */
  purge(): number {
    return this.clock()
  }

  has(iss: string, jti: string): boolean {
    return this.until.has(`${iss} ${jti}`)
  }

  /** Issuer and `jti` of each, and until when it is remembered, in seconds. */
  all(): readonly (readonly [TokenName, number])[] {
    return [...this.until]
  }

  restore(tokens: Iterable<readonly [TokenName, number]>): void {
    for (const [name, until] of tokens) this.until.set(name, until)
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
