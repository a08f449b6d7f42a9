import { assert } from '../../assert/assert.ts'
import { assertKnownMembers } from '../../assert/known-members.ts'
import { ownMembers } from '../../assert/own-members.ts'
import { asksPerson } from '../../resource/asks-person.ts'
import type { AnyRequirement, CompiledRequirement } from '../../resource/requirement.ts'
import type { ResourceState } from '../../resource/state.ts'
import { checkComponents } from '../../signature/coverage.ts'
import { quoted } from '../../wire/quoted.ts'
import { mayKeep } from './call.ts'
import { defaultMaxResult, largestMaxResult } from './held-limits.ts'
import type { HeldRoute, RunHeld, UnknownOutcome } from './held-route.ts'
import { type PerCallOptions, perCallClaims } from './per-call.ts'

/** Options of {@link hold}. */
export interface HoldOptions {
  /**
   * Whether `run` may be called again with the same `key` after a process was lost while it ran, or `run` threw. If what it
   * calls does each thing once for each `key`, the call then has its effect exactly once. Default `false`: the call is run
   * at most once, and `onUnknown` is told.
   */
  readonly idempotent?: boolean
  /**
   * Called with each call of which nobody knows how it ended, by one of the processes that share `stores.records`: beside
   * other calls and polls, or by `resource.managed.reportUnknownOutcomes()`. Called again if it throws or takes longer than
   * `limits.requestDeadline`, or if the process is lost in between.
   */
  readonly onUnknown?: (outcome: UnknownOutcome) => unknown
  /**
   * `'lossy'` accepts a store of records that can lose what it acknowledged, such as the memory of a process that restarts,
   * or Redis after a failover. A call can then run twice, or be lost. Default: such a store is refused.
   */
  readonly durability?: 'lossy'
  /** Further header fields that `run` gets, in lower case. An intermediary can change those that the signature does not cover. */
  readonly fields?: readonly string[]
  /** Maximum number of octets of a result, headers included. Default 262 144, at most 1 048 576. */
  readonly maxResult?: number
  /** Asks for approval of each call with its parameters, where the token lists the operation in `r3_per_call`. */
  readonly perCall?: PerCallOptions
}

/** @throws {TypeError} naming the option that is wrong */
export function checkHoldOptions(
  durable: boolean,
  claims: readonly string[],
  run: RunHeld,
  options: HoldOptions,
): Omit<HeldRoute, 'name' | 'compiled'> {
  const given = ownMembers(options)
  assertKnownMembers(
    given,
    ['idempotent', 'onUnknown', 'durability', 'fields', 'maxResult', 'perCall'],
    'hold',
  )
  const {
    idempotent = false,
    onUnknown,
    durability,
    fields = [],
    maxResult = defaultMaxResult,
    perCall,
  } = given
  assert(typeof run === 'function', `the third argument of hold is ${quoted(run)}: pass a function`)
  assert(typeof idempotent === 'boolean', `"idempotent" is ${quoted(idempotent)}: write true or false`)
  assert(
    onUnknown === undefined || typeof onUnknown === 'function',
    '"onUnknown" is not a function: pass one',
  )
  assert(
    durability === undefined || durability === 'lossy',
    `"durability" is ${quoted(durability)}: write 'lossy', or leave it out`,
  )
  assert(
    durable || durability === 'lossy',
    'the store of records can lose what it acknowledged, so that a held call could run twice: pass durable stores as "stores.records", or say durability: \'lossy\'',
  )
  assert(
    Number.isInteger(maxResult) && maxResult >= 1024 && maxResult <= largestMaxResult,
    `"maxResult" is ${quoted(maxResult)}: write a number from 1024 to ${largestMaxResult}`,
  )
  const names = checkComponents(fields, 'fields')
  const refused = names.find((name) => !mayKeep(name))
  assert(refused === undefined, `"fields" contains ${quoted(refused)}, which is never kept: leave it out`)
  return {
    run,
    idempotent,
    onUnknown,
    fields: names,
    maxResult,
    perCall: perCall && checkPerCall(perCall, claims),
  }
}

/** @throws {TypeError} naming the member that is wrong */
function checkPerCall(options: PerCallOptions, claims: readonly string[]): PerCallOptions {
  const given = ownMembers(options)
  const needed = ['operation', 'propose', 'find'] as const
  assertKnownMembers(given, [...needed, 'parameters'], '"perCall"')
  for (const name of needed)
    assert(typeof given[name] === 'function', `"perCall.${name}" is ${quoted(given[name])}: pass a function`)
  const missing = perCallClaims.find((name) => !claims.includes(name))
  assert(
    missing === undefined,
    `"claims" of the resource does not contain ${quoted(missing)}, which "perCall" reads: add ${perCallClaims.join(', ')}`,
  )
  return given
}

/** @throws {TypeError} for a requirement whose calls cannot be held */
export function compileHeld(
  state: ResourceState,
  requirement: AnyRequirement,
): { readonly name: string; readonly compiled: CompiledRequirement } {
  assert(
    !asksPerson(requirement),
    'the requirement is that of requireInteraction, whose calls are not held: require a scope, and use "perCall" to have each call approved',
  )
  const compiled = state.compile({ ...requirement, singleUse: true })
  const { name, accept, optional, alternative, challenge } = compiled
  assert(name !== undefined, '"name" of the requirement is missing: held calls name their route by it')
  assert(
    accept.has('auth-token') && accept.size === 1,
    '"accept" of a held route contains other tokens than auth tokens, which need not wait: leave it out',
  )
  assert(!optional, '"optional" is set: a call without a credential cannot be held')
  assert(
    challenge === undefined,
    '"challenge" is set: a call that is held is answered with 202, which asks for no payment, so leave it out',
  )
  assert(alternative === undefined, '"alternative" is set: a call with another credential cannot be held')
  return { name: name as string, compiled: { ...compiled, marksLater: true } }
}
