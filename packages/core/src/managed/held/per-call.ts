import { AAuthError } from '../../errors/aauth-error.ts'
import type { R3Claims } from '../../issue/resource-token.ts'
import { within } from '../../limits/deadline.ts'
import type { ResourceState } from '../../resource/state.ts'
import type { PersonTokenAuth } from '../../token/auth.ts'
import type { JsonObject } from '../../token/json.ts'
import { encodeBase64url } from '../../wire/base64url.ts'
import type { ProposedCall } from './call.ts'
import { type ExactJson, type ExactObject, isSameJson, readExactJson } from './exact-json.ts'
import type { ProposalReference } from './held-record.ts'

/** A per-call proposal: an R3 document about one call. */
export interface Proposal {
  /** The https address at which you serve it to the person server and the access server. */
  readonly uri: string
  /** The octets that you serve, as text: at most 64 KiB of JSON with `operations` and `parameters`. */
  readonly document: string
}

/**
 * Per-call approval: tokens that list the operation in `r3_per_call` get approval for one call with its parameters (R3
 * §9.1 and §10). You keep the proposals and serve them, to the servers that `authorizeServer` verifies and that the
 * resource token is for.
 */
export interface PerCallOptions {
  /** The operation of a call, as the vocabulary writes it, such as `{ tool: 'send_email' }`. */
  readonly operation: (call: ProposedCall) => Readonly<Record<string, unknown>>
  /**
   * The parameters of a call, as the text of a JSON object. Default: its content. The method and the path of the call must
   * be those of the proposal too, and without this function the query.
   */
  readonly parameters?: (call: ProposedCall) => string
  /** Makes and keeps the proposal of a call that needs approval. The call runs no earlier. */
  readonly propose: (call: ProposedCall) => Proposal | Promise<Proposal>
  /**
   * The R3 document with a digest: a proposal that `propose` kept, or a document about a class of calls, which has no
   * `parameters`. A token that names a document that is not found grants nothing. Keep proposals for an hour.
   */
  readonly find: (s256: string) => string | undefined | Promise<string | undefined>
}

/** Claims that per-call approval reads, which `claims` of the resource must name. */
export const perCallClaims: readonly string[] = ['r3_s256', 'r3_granted', 'r3_per_call']

const utf8 = new TextEncoder()

/** The digest by which R3 refers to a document. */
export async function s256Of({ platform }: ResourceState, text: string): Promise<string> {
  return encodeBase64url(await platform.digest('sha-256', utf8.encode(text)))
}

/** What a resource token says of the proposal that is to be approved. */
export function claimsOf({ uri, s256 }: ProposalReference): R3Claims {
  return { r3_uri: uri, r3_s256: s256 }
}

/** What a token says about the operation of a call (R3 §9.1). */
export function standingOfOperation(
  { claims }: Pick<PersonTokenAuth, 'claims'>,
  operation: Readonly<Record<string, unknown>>,
): 'granted' | 'per-call' | 'none' {
  if (lists(claims?.r3_granted, operation)) return 'granted'
  return lists(claims?.r3_per_call, operation) ? 'per-call' : 'none'
}

function lists(claim: unknown, operation: Readonly<Record<string, unknown>>): boolean {
  const wanted = exactOf(operation)
  const operations = (claim as JsonObject | undefined)?.operations
  return (
    wanted !== undefined &&
    Array.isArray(operations) &&
    operations.some((listed) => {
      const exact = exactOf(listed)
      return exact !== undefined && isSameJson(exact, wanted)
    })
  )
}

function exactOf(value: unknown): ExactObject | undefined {
  return readExactJson(utf8.encode(JSON.stringify(value)))
}

/**
 * The proposal that a token approves, and `undefined` for a token that grants a class of calls.
 * @throws {AAuthError} `access_denied` for a document that is not known: if it was a proposal, the token grants one call only
 */
export async function approvedBy(
  state: ResourceState,
  { claims }: Pick<PersonTokenAuth, 'claims'>,
  { find }: PerCallOptions,
): Promise<ExactObject | undefined> {
  const s256 = claims?.r3_s256
  const isDigest = typeof s256 === 'string'
  const document = isDigest ? await within(state, '"find" of "perCall"', find(s256)) : undefined
  // A store of the application that returns another document must not approve it.
  const isIts = document !== undefined && (await s256Of(state, document)) === s256
  const known = isIts ? readExactJson(utf8.encode(document)) : undefined
  if (known === undefined)
    throw new AAuthError('access_denied', {
      hint: '"find" of "perCall" does not know the document that "r3_s256" of the token names: keep documents for as long as tokens name them',
    })
  return known.members.has('parameters') ? known : undefined
}

/**
 * Whether a call is the one that was proposed: one operation, and the same parameters, no more and no less (R3 §10.2).
 * A parameter that the proposal gives as a digest must be a string of these octets.
 */
export async function assertApproved(
  state: ResourceState,
  proposal: ExactObject,
  call: ProposedCall,
  options: PerCallOptions,
): Promise<void> {
  const operations = proposal.members.get('operations')
  const operation = exactOf(options.operation(call))
  const proposed = proposal.members.get('parameters')
  const actual = parametersOf(call, options)
  const isSameOperation =
    operation !== undefined &&
    operations?.type === 'array' &&
    operations.items.length === 1 &&
    isSameJson(operations.items[0] as ExactJson, operation)
  if (
    !isSameOperation ||
    proposed?.type !== 'object' ||
    actual === undefined ||
    actual.members.size !== proposed.members.size
  )
    throw differs()
  for (const [name, value] of proposed.members) {
    const given = actual.members.get(name)
    if (given === undefined || !(await isApproved(state, value, given))) throw differs()
  }
}

async function isApproved(state: ResourceState, proposed: ExactJson, given: ExactJson): Promise<boolean> {
  const s256 = digestIn(proposed)
  if (s256 === undefined) return isSameJson(proposed, given)
  return given.type === 'string' && (await s256Of(state, given.value)) === s256
}

/** The digest in an object that stands for a value (R3 §10.1). */
function digestIn(proposed: ExactJson): string | undefined {
  if (proposed.type !== 'object') return undefined
  const { members } = proposed
  const s256 = members.get('s256')
  const isDigest = [...members.keys()].every((name) => digestMembers.has(name))
  return isDigest && s256?.type === 'string' ? s256.value : undefined
}

const digestMembers: ReadonlySet<string> = new Set(['s256', 'excerpt', 'media_type'])

/**
 * What the parameters of a call do not say, and has to be that of the call which was proposed. Without `parameters` that is
 * the query as well.
 */
export function targetOf({ method, path, query }: ProposedCall, { parameters }: PerCallOptions): string[] {
  return [method, path, parameters === undefined ? query : '']
}

function parametersOf(call: ProposedCall, { parameters }: PerCallOptions): ExactObject | undefined {
  return readExactJson(parameters === undefined ? call.body : utf8.encode(parameters(call)))
}

function differs(): AAuthError {
  return new AAuthError('access_denied', {
    hint: 'the call differs from the proposal that the token approves: call with the parameters that were approved, or ask again',
  })
}

/** @throws {AAuthError} `access_denied` for an operation that the token does not list (R3 §9.1) */
export function operationDenied(): AAuthError {
  return new AAuthError('access_denied', {
    hint: 'neither "r3_granted" nor "r3_per_call" of the token lists the operation',
  })
}

/**
 * @throws {AAuthError} `invalid_request` for a call whose parameters cannot be proposed, and `server_error` for a proposal
 * that nobody could approve (the promise rejects)
 */
export async function checkProposal(
  state: ResourceState,
  call: ProposedCall,
  options: PerCallOptions,
): Promise<ProposalReference> {
  const parameters = parametersOf(call, options)
  if (
    parameters === undefined ||
    [...parameters.members.values()].some((value) => digestIn(value) !== undefined)
  )
    throw new AAuthError('invalid_request', {
      hint: 'the parameters of the call are not a JSON object with each name once, or one of them could be read as a digest: send others',
    })
  const { uri, document } = await within(state, '"propose" of "perCall"', options.propose(call))
  const proposal = readExactJson(utf8.encode(document))
  if (typeof uri !== 'string' || !uri.startsWith('https://') || proposal === undefined)
    throw new AAuthError('server_error', {
      hint: '"propose" of "perCall" did not return { uri, document } with an https address and at most 64 KiB of JSON',
      permanent: true,
    })
  try {
    await assertApproved(state, proposal, call, options)
  } catch {
    throw new AAuthError('server_error', {
      hint: 'the proposal of "propose" does not have the operation and the parameters of the call: a person would approve something else',
      permanent: true,
    })
  }
  return { uri, s256: await s256Of(state, document) }
}
