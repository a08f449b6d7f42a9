import { type Algorithm, base64url, makeKey, type TestKey } from '../signing/keys.ts'
import { type ServerRequest, type ServerSignOptions, signAsServer } from '../signing/server-signature.ts'
import type { SignedMessage } from '../signing/sign.ts'
import { deliver, type RevocationBody, type RevokeOptions } from '../world/deliver.ts'
import { publishedEndpoint } from '../world/published-endpoint.ts'
import { documents, type Generation, type IssuerRole } from '../world/roles.ts'
import type { World } from '../world/world.ts'
import {
  type IssuedFor,
  type IssuedToken,
  IssuedTokens,
  type TokenSelection,
  WithdrawnTokens,
} from './issued-tokens.ts'
import { endpointsOf, managementOf } from './issuer-metadata.ts'
import { type Misbehaviour, respond } from './misbehaviour.ts'
import { Missions } from './missions.ts'
import { type RevocationOutcome, revokeTokens } from './revoke-issued.ts'
import type { TokenPolicy } from './token-policy.ts'

/** Whom tokens are issued to. */
export interface TokenHolder {
  readonly id: string
  readonly key: TestKey
  readonly personServer: { readonly id: string } | undefined
}

/** Claims to set, or with `undefined` to leave out; header members likewise; and another key to sign with. */
export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: TestKey
  /** Seconds from now. */
  readonly lifetime?: number
}

/** What a person or auth token says; everything has a sensible default. */
export interface Grant extends TokenChanges {
  readonly aud?: string
  readonly sub?: string
  readonly scope?: string
  readonly account?: string
  readonly tenant?: string
  /** Digest of a mission that this person server approved. */
  readonly mission?: string
  readonly generation?: Generation
}

/** An issuer that publishes metadata and keys, mints tokens, and can be told to misbehave. */
export class TestIssuer {
  readonly role: IssuerRole
  /** Its server identifier. */
  readonly id: string
  key: TestKey
  /** What its metadata announces (docs/decisions.md#generations). */
  generations: readonly Generation[] = ['mission-header', 'person-token']
  /** How its token endpoints decide. */
  readonly policy: TokenPolicy = {}
  /** Of a person server: what its person agreed to. */
  readonly missions: Missions
  /** @internal */
  readonly issued: IssuedTokens = new IssuedTokens()
  /** @internal Tokens that it takes no more. */
  readonly withdrawn: WithdrawnTokens
  private misbehaviour: Misbehaviour | undefined
  private readonly net: World
  private published: readonly TestKey[]
  private rounds = 1

  constructor(net: World, role: IssuerRole, id: string, key: TestKey) {
    this.net = net
    this.role = role
    this.id = id
    this.key = key
    this.published = [key]
    this.missions = new Missions(net, this)
    this.withdrawn = new WithdrawnTokens(net.clock.now)
  }

  /** Publishes its documents wrongly from now on. */
  misbehave(how: Misbehaviour): void {
    this.misbehaviour = how
  }

  behave(): void {
    this.misbehaviour = undefined
  }

  /** Signs with a new key under a new `kid`; publishes both keys unless the old one is withdrawn. */
  async rotate({ withdraw = false }: { readonly withdraw?: boolean } = {}): Promise<void> {
    this.rounds += 1
    const next = await makeKey(
      `${this.net.seed} ${this.id} ${this.rounds}`,
      `key-${this.rounds}`,
      this.key.alg,
    )
    this.published = withdraw ? [next] : [...this.published, next]
    this.key = next
  }

  /** Changes the key and keeps its `kid`. */
  async rekey(): Promise<void> {
    this.rounds += 1
    this.key = await makeKey(`${this.net.seed} ${this.id} ${this.rounds}`, this.key.kid, this.key.alg)
    this.published = [this.key]
  }

  /** Which of its documents a path is, if any. */
  answer(path: string, signal: AbortSignal | undefined): Response | Promise<Response> {
    const document =
      path === `/.well-known/${documents[this.role]}`
        ? 'metadata'
        : path === '/jwks.json'
          ? 'jwks'
          : undefined
    if (document === undefined) return new Response('', { status: 404 })
    const keys = this.published.map(({ jwk, kid }) => ({ ...jwk, kid, use: 'sig' }))
    return respond({ document, issuer: this.id, metadata: this.metadata(), keys, signal }, this.misbehaviour)
  }

  /** An agent token for `agent` (draft 11 §5.3). Lives a day. */
  agentToken(agent: TokenHolder, changes: TokenChanges = {}): Promise<string> {
    const claims = { ...this.common(agent, 86_400, changes), sub: agent.id, ps: agent.personServer?.id }
    return this.sign('aa-agent+jwt', claims, changes, { agent: agent.id })
  }

  /** A person token for `agent` (draft 11 §7.1). */
  personToken(agent: TokenHolder, grant: Grant = {}): Promise<string> {
    const { tenant, mission } = grant
    const claims = {
      ...this.common(agent, 3600, grant),
      ...this.person(grant),
      tenant,
      mission_s256: mission,
    }
    return this.sign('aa-person+jwt', claims, grant, { agent: agent.id })
  }

  /** An auth token for `agent`, in the generation asked for (draft 11 §9.4; drafts 01 to 10). */
  authToken(agent: TokenHolder, grant: Grant = {}): Promise<string> {
    const { scope, account, tenant, mission, generation = 'person-token' } = grant
    const ps = this.role === 'person-server' ? this.id : (agent.personServer ?? this.net.personServer).id
    const specific =
      generation === 'person-token'
        ? { ps, mission_s256: mission }
        : { agent: agent.id, mission: mission && { approver: ps, s256: mission } }
    const claims = {
      ...this.common(agent, 3600, grant),
      ...this.person(grant),
      scope,
      account,
      tenant,
      ...specific,
    }
    return this.sign('aa-auth+jwt', claims, grant, { agent: agent.id })
  }

  /** Signs any claims as a JWT of type `typ`, and remembers it until it has expired. */
  async sign(
    typ: string,
    claims: Readonly<Record<string, unknown>>,
    changes: TokenChanges = {},
    issuedFor: IssuedFor = {},
  ): Promise<string> {
    const key = changes.key ?? this.key
    const header = { typ, alg: key.alg as string, kid: key.kid, ...changes.header }
    const said = { ...claims, ...changes.claims }
    this.issued.remember(typ, said, issuedFor, this.net.clock.now())
    const input = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(said))}`
    return `${input}.${base64url(await key.sign(new TextEncoder().encode(input)))}`
  }

  /** Signs a request in its own right, with the key it publishes (scheme `jwks_uri`, draft 11 §11.3.2). */
  signServer(
    url: string,
    request: ServerRequest = {},
    options: ServerSignOptions = {},
  ): Promise<SignedMessage> {
    const { id, key } = this
    const identity = { id, dwk: documents[this.role], key, now: this.net.clock.now() }
    return signAsServer(identity, url, request, options)
  }

  /**
   * Revokes a token at a resource (draft 11 §11.12).
   * @param resource its identifier, whose metadata then names the endpoint, or the endpoint
   */
  async revoke(resource: string, revocation: RevocationBody, options: RevokeOptions = {}): Promise<Response> {
    const name = { document: 'aauth-resource.json', member: 'revocation_endpoint' }
    const endpoint = await publishedEndpoint(this.net, resource, name, options.via)
    const headers = { 'content-type': 'application/json' }
    const message = await this.signServer(endpoint, { headers, body: JSON.stringify(revocation) }, options)
    return deliver(this.net, message, options.via)
  }

  /** Tokens it issued that live, by its endpoints or by its methods. */
  tokens(): readonly IssuedToken[] {
    return this.issued.alive(this.net.clock.now())
  }

  /**
   * Revokes the tokens it issued that are meant, and those it issued on them: at the resource each is for, and a
   * person token at the access servers it was presented to, which revoke in turn what they issued on it (draft 11
   * §11.12). Nothing is thrown for a server that does not listen; the outcome says so.
   * @param which default all of them
   *
   * @example
   * ```ts
   * import { createTestNetwork } from '@aauth-guard/testing'
   *
   * const net = await createTestNetwork()
   * const outcomes = await net.personServer.revokeIssued({ aud: net.resource, sub: 'ada' })
   * console.log(outcomes.map(({ recipient, status }) => [recipient, status]))
   * ```
   */
  revokeIssued(
    which: TokenSelection = {},
    options: RevokeOptions = {},
  ): Promise<readonly RevocationOutcome[]> {
    const tokens = this.issued.selected(which, this.net.clock.now())
    return revokeTokens(this.net, this, tokens, options)
  }

  private common(agent: TokenHolder, lifetime: number, changes: TokenChanges): Record<string, unknown> {
    const iat = this.net.clock.now()
    return {
      iss: this.id,
      dwk: documents[this.role],
      jti: this.net.nextId(),
      iat,
      exp: iat + (changes.lifetime ?? lifetime),
      cnf: { jwk: agent.key.jwk },
    }
  }

  private person({ aud = this.net.resource, sub = 'person-1' }: Grant): Record<string, unknown> {
    return { aud, sub }
  }

  private metadata(): Record<string, unknown> {
    const endpoints = endpointsOf(this).map(([member, path]) => [member, `${this.id}${path}`] as const)
    const named = { issuer: this.id, jwks_uri: `${this.id}/jwks.json`, ...Object.fromEntries(endpoints) }
    return { ...named, ...managementOf(this) }
  }
}

/** The key an issuer starts with. */
export function firstKey(seed: string, id: string, alg: Algorithm): Promise<TestKey> {
  return makeKey(`${seed} ${id} 1`, 'key-1', alg)
}
