import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import type { FoundSession } from '../resource/managed-access.ts'
import type { ResourceState } from '../resource/state.ts'
import { isRevoked } from '../resource/token-revocation.ts'
import { begin } from '../stores/begin.ts'
import type { Auth } from '../token/auth.ts'
import { type Consent, changeConsent, findConsent, standsFor } from './consent.ts'
import { type Owner, ownerDigest, ownerOf } from './owner.ts'
import type { ManagedRecords } from './records.ts'
import type { Sealer } from './sealing.ts'
import {
  isCurrent,
  maxSessionLifetime,
  openSession,
  type SessionValue,
  sealSession,
  withNextValue,
} from './session-value.ts'
import { standingConsent } from './standing-consent.ts'

/** The sessions of one resource: values that stand for a consent, beside a token of the same owner and the same key. */
export class Sessions {
  readonly #state: ResourceState
  readonly #records: ManagedRecords
  readonly #sealer: Sealer

  constructor(state: ResourceState, records: ManagedRecords, sealer: Sealer) {
    this.#state = state
    this.#records = records
    this.#sealer = sealer
  }

  /**
   * The session that a value stands for. The token was verified, and its revocation and mission are asked about at the same
   * time (ACCESS-3, ACCESS-4, docs/requirements.md#r11-284).
   * @throws {AAuthError} `server_error` (the promise rejects) when a store fails
   */
  async find(token: VerifiedToken, text: string, budget: WaitBudget): Promise<FoundSession | undefined> {
    const { claims, thumbprint } = token
    const value = await openSession(this.#sealer, text)
    if (value === undefined || value.thumbprint !== thumbprint || this.#now() >= value.exp) return undefined
    const caller = this.ownerOf(token)
    if (value.owner !== (await ownerDigest(caller))) return undefined
    const isOwn = value.source.iss === claims.iss && value.source.jti === claims.jti
    // The revocation of the token that was presented is looked up anyway.
    const sourceRevoked = isOwn ? () => false : begin(() => isRevoked(this.#state, value.source, budget))
    const found = await findConsent(this.#records, value.consent, budget)
    if (await sourceRevoked()) return undefined
    const now = this.#now()
    if (found === undefined || !standsFor(found, caller, now) || !isCurrent(found.consent, value, now))
      return undefined
    const { consent } = found
    const { scopes } = this.#state.settings
    return {
      session: Object.freeze({ consent: consent.id, person: consent.person, exp: value.exp }),
      scopes: Object.freeze(consent.scopes.filter((scope) => scopes.has(scope))),
      renew: () => this.#renew(token, caller, value, consent, budget),
    }
  }

  /**
   * The consent that stands for a caller who presents no value that counts. The same agent with another key or token needs
   * no click.
   * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
   */
  async findStanding(token: VerifiedToken, budget: WaitBudget): Promise<FoundSession | undefined> {
    const caller = this.ownerOf(token)
    const standing = await standingConsent(this.#records, caller, this.#now(), budget)
    if (standing === undefined) return undefined
    const { id, person, scopes, end } = standing
    const { scopes: described } = this.#state.settings
    return {
      session: Object.freeze({ consent: id, person, exp: this.#expiryOf(token.claims.exp, end) }),
      scopes: Object.freeze(scopes.filter((scope) => described.has(scope))),
      renew: () => this.issue(token, caller, id, budget).catch(() => undefined),
    }
  }

  /**
   * Makes a value for a caller.
   *
   * @param replaces the number of the value that it replaces; if that was replaced before, none is made
   * @returns `undefined` if the consent does not stand for this caller, or the value would be too long
   * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
   */
  async issue(
    { claims, thumbprint }: VerifiedToken,
    caller: Owner,
    id: string,
    budget?: WaitBudget,
    replaces?: number,
  ): Promise<string | undefined> {
    const now = this.#now()
    const consent = await changeConsent(
      this.#records,
      id,
      (found) => {
        const own = found.consent.values.find((one) => one.thumbprint === thumbprint)
        const isLate = replaces !== undefined && own?.last !== replaces
        return isLate || !standsFor(found, caller, now)
          ? undefined
          : withNextValue(found.consent, thumbprint, now)
      },
      { budget },
    )
    if (consent === undefined || consent === 'contended') return undefined
    const { iss, jti, iat, exp } = claims
    return sealSession(this.#sealer, {
      consent: id,
      owner: await ownerDigest(caller),
      thumbprint,
      source: { iss, jti, iat },
      number: consent.issued,
      exp: this.#expiryOf(exp, consent.end),
    })
  }

  /** Whose a token is, on any route: agent tokens and person tokens do not prove more on one route than on another. */
  ownerOf({ template }: VerifiedToken): Owner {
    return ownerOf(this.#state.settings.issuer, template as Auth)
  }

  /**
   * A value is replaced when the agent has a new token, or half an hour before it expires, if the next one lasts longer. A
   * request does not fail because its next value cannot be made.
   */
  async #renew(
    token: VerifiedToken,
    caller: Owner,
    { source, exp, number }: SessionValue,
    { id, end }: Consent,
    budget: WaitBudget,
  ): Promise<string | undefined> {
    const isDue = source.jti !== token.claims.jti || exp - this.#now() < maxSessionLifetime / 2
    if (!isDue || this.#expiryOf(token.claims.exp, end) <= exp) return undefined
    try {
      return await this.issue(token, caller, id, budget, number)
    } catch {
      return undefined
    }
  }

  #expiryOf(tokenExpires: number, consentEnds: number): number {
    return Math.min(this.#now() + maxSessionLifetime, tokenExpires, consentEnds)
  }

  #now(): number {
    return this.#state.settings.now()
  }
}
