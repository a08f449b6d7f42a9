import { AAuthError, isAAuthError } from '../errors/aauth-error.ts'
import type { Answer } from '../errors/answer.ts'
import { issueForRequest } from '../issue/issue-for-request.ts'
import { redeemsAgentToken, requireToken } from '../issue/redeems-agent-token.ts'
import { within } from '../limits/deadline.ts'
import { assertMission } from '../resource/mission-requirement.ts'
import type { ResourceOptions } from '../resource/options.ts'
import type { ResourceState } from '../resource/state.ts'
import { serves } from '../token/generations.ts'
import { isAccount } from '../token/identifiers.ts'
import { renewalRequirement } from '../token/renewal-requirement.ts'
import { assertMissionOf } from '../verify/assert-mission.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'
import { readVerified, verifyAnyToken } from '../verify/verify-any-token.ts'
import { quoted } from '../wire/quoted.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { malformed, readJson } from './read-json.ts'

/**
 * The authorization endpoint, where an agent requests a resource token before any call is refused (draft 11 §6.6;
 * RT-17, RT-18; R11-200 to R11-207). It requires a mission if the resource requires one by default.
 * @throws {AAuthError}
 */
export async function answerAuthorization(
  state: ResourceState,
  request: SignedRequest,
  content: () => Promise<Uint8Array>,
): Promise<Answer> {
  const person = serves(state.settings.generations, 'personTokens')
  const verified = await verifyAnyToken(state, request, person ? 'person-token' : 'agent-token')
  await assertMissionOf(state, verified)
  const mission = state.defaults
  if (verified.token.claims.kind === 'person-token') assertMission(verified.token.claims.mission, mission)
  await within(state, 'the metadata of the person server', demandCredential(state, verified))
  const { scopes, account } = readAsked(request, await readVerified(state, verified, content))
  const unknown = scopes.find((scope) => !state.settings.scopes.has(scope))
  if (unknown !== undefined)
    throw new AAuthError('invalid_scope', {
      hint: `"scope" contains ${quoted(unknown)}, which "scopes" of the resource does not describe: request another scope`,
    })
  if (account !== undefined) await demandAccount(state, verified, account)
  const issued = issueForRequest(state, verified, { scopes, account, trust: undefined, mission })
  const resourceToken = await within(state, 'the issuing of a resource token', issued)
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({ resource_token: resourceToken }),
  }
}

/** Requires a person token, or in drafts 01 to 10 an agent token (R11-200; R11-072 does not apply here). */
async function demandCredential(state: ResourceState, verified: VerifiedRequest): Promise<void> {
  const { kind, generation } = verified.token.claims
  const { defaults } = state
  if (kind === 'person-token') return
  if (kind === 'agent-token' && (await redeemsAgentToken(state, verified.token.claims, undefined)))
    return assertMission(verified.asserted, defaults)
  const { requirement = 'person-token' } = renewalRequirement(kind, generation)
  throw requireToken(requirement, defaults.missionRequired)
}

function readAsked(
  request: SignedRequest,
  content: Uint8Array,
): { readonly scopes: readonly string[]; readonly account: string | undefined } {
  const { scope, account } = readJson(request, content)
  if (typeof scope !== 'string' || scope === '')
    throw malformed('"scope" is missing: name the scopes, separated by spaces')
  if (account !== undefined && !isAccount(account))
    throw malformed('"account" is not a string of 1 to 512 characters: shorten it, or leave it out')
  const scopes = scope.split(' ')
  if (scope.length > 2048 || scopes.length > 64)
    throw new AAuthError('invalid_scope', {
      hint: '"scope" contains more than 64 values or 2048 characters: request fewer scopes',
    })
  return { scopes, account }
}

/** The response is the same for an unknown account and for the account of another person (R11-204, P09). */
async function demandAccount(
  state: ResourceState,
  { token }: VerifiedRequest,
  account: string,
): Promise<void> {
  const { kind, ps, sub } = token.claims
  // An agent token does not name a person: its sub is the agent.
  const person = kind === 'person-token' && ps !== undefined && sub !== undefined ? { ps, sub } : undefined
  if (person === undefined || (await hasAccount(state, account, person)) !== true) {
    throw new AAuthError('invalid_account', { hint: `the person has no account "${account}"` })
  }
}

/** A failing callback of the operator is a temporary fault, as with `check` of a route. */
async function hasAccount(
  state: ResourceState,
  ...asked: Parameters<NonNullable<ResourceOptions['accounts']>>
): Promise<boolean | undefined> {
  try {
    return await within(state, '"accounts"', state.settings.accounts?.(...asked))
  } catch (cause) {
    if (isAAuthError(cause)) throw cause
    throw new AAuthError('server_error', { hint: '"accounts" threw', cause, retryAfter: 5 })
  }
}
