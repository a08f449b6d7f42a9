import { ExchangeError, type Issuers } from '@aauth-guard/core/exchange'
import type { IssuedToken } from '../issuer/issued-tokens.ts'
import type { TestIssuer } from '../issuer/issuer.ts'
import { base64url, sha256 } from '../signing/keys.ts'
import type { World } from '../world/world.ts'

/** What a call chain goes on with: the token that a resource was called with, after it verified. */
export interface Upstream {
  readonly exp: number
  /** Digest of the mission, if the caller acted under one. */
  readonly mission: string | undefined
  /** Whom the person server knows by the `sub` of the token. */
  readonly person: string
}

/** The person of this server who agrees to everything; others have the name that a test gave them. */
export const onlyPerson = ''

/** Whom a person server knows, and by which identifier at which resource (PS11-01). */
export class Persons {
  private readonly net: World
  private readonly issuer: TestIssuer

  constructor(net: World, issuer: TestIssuer) {
    this.net = net
    this.issuer = issuer
  }

  /** Directed: of no use at another resource. */
  async subjectAt(resource: string, person: string = onlyPerson): Promise<string> {
    const chosen = person === onlyPerson ? this.issuer.policy.sub?.(resource) : undefined
    if (chosen !== undefined) return chosen
    const suffix = person === onlyPerson ? '' : ` ${person}`
    const text = `${this.net.seed} ${this.issuer.id} ${resource}${suffix}`
    return base64url(await sha256(new TextEncoder().encode(text)))
  }

  /**
   * Verifies the token that an intermediary was called with (draft 11 §9.4.5; PS11-09).
   * @param intermediary its identifier: the issuer of its agent token, whose own provider it is (R11-291)
   * @throws {ExchangeError}
   */
  async readUpstream(token: string, intermediary: string, issuers: Issuers): Promise<Upstream> {
    const { claims } = await issuers.verifyParameter(token, 'upstream', intermediary)
    const { kind, iss, ps, sub, exp, mission } = claims
    if ((kind === 'person-token' ? iss : ps) !== this.issuer.id) throw refuse('of another person server')
    const known = this.issuer.tokens().find((token) => token.aud === intermediary && token.sub === sub)
    if (known === undefined || (iss !== this.issuer.id && !this.wasPresented(intermediary, sub, iss)))
      throw refuse('no record of this person there, as of an agent token')
    return { exp, mission: mission?.s256, person: await this.nameOf(known) }
  }

  /** Whether a person token for this person at this resource went to the access server. */
  private wasPresented(aud: string, sub: string | undefined, accessServer: string): boolean {
    return this.issuer
      .tokens()
      .some((token) => token.aud === aud && token.sub === sub && token.presentedTo.has(accessServer))
  }

  private async nameOf({ person, aud = '', sub = '' }: IssuedToken): Promise<string> {
    return person ?? (sub === (await this.subjectAt(aud)) ? onlyPerson : sub)
  }
}

function refuse(hint: string): ExchangeError {
  return new ExchangeError('invalid_upstream_token', hint)
}
