import { shown } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { isOnOrigin } from './address.ts'
import { Api, isConsent, type Outcome } from './api.ts'
import { Caller } from './caller.ts'
import { Clarification } from './clarification.ts'
import type { Clock } from './clock.ts'
import { Consent } from './consent.ts'
import { FetchFailure } from './failure.ts'
import { identify } from './identity.ts'
import { issuersFor } from './issuers.ts'
import type { FetchOptions } from './options.ts'
import type { Credential, Outgoing } from './outgoing.ts'
import { Pending } from './pending.ts'
import { PersonServer, type Ways } from './person-server.ts'
import { readProblem } from './problem.ts'
import { readJsonObject } from './read-json.ts'
import { remedyFor } from './remedies.ts'
import { TimeLimits } from './time-limits.ts'
import type { Trace } from './trace.ts'

/** What a call led to, and the signer of a call that was left to be sent. */
export interface Called extends Outcome {
  readonly caller: Caller
}

/** Makes the call that the options describe. @throws {FetchFailure | UsageError} */
export async function callApi(
  options: FetchOptions,
  terminal: Terminal,
  clock: Clock,
  trace: Trace,
): Promise<Called> {
  const { url, method, headers, content, scopes, approves, opens, answers, usesStdin } = options
  const { origin } = url
  const limits = new TimeLimits(clock, options.maxTime)
  const identity = await identify(options, terminal, Math.floor(clock.now() / 1000))
  const { key, agentToken, personServer: id, world } = identity
  const issuers = issuersFor([origin, ...identity.servers], clock)
  const consent = new Consent({ terminal, personServer: id, world, approves, scopes, opens })
  const caller = new Caller(key, clock, limits, trace)
  const clarification = new Clarification({ terminal, limits, answers, usesStdin })
  const pending = new Pending({ consent, clarification, clock, limits, trace })
  const ways = { caller, clock, trace, pending }
  const capabilities = capabilitiesOf(clarification)
  const agent: Credential = {
    kind: 'agent-token',
    token: agentToken,
    origins: id === undefined ? [origin] : [origin, id],
  }
  const personServer = id === undefined ? undefined : new PersonServer(id, agent, ways)
  try {
    const mission = await missionOf(options, personServer)
    const api = new Api({ origin, key, agent, personServer, mission, issuers, ways })
    const credential =
      scopes === undefined ? agent : await authorize(api, agent, scopes, { origin, capabilities, ...ways })
    const outgoing: Outgoing = {
      ...{ method, url, body: content?.octets },
      headers: withDefaults(headers, capabilities),
    }
    return { ...(await api.call(outgoing, credential, { leavesLast: options.curl })), caller }
  } finally {
    consent.close()
    issuers.close()
  }
}

/** The digest of the mission that is named, or that is proposed for a text. */
async function missionOf(
  { mission }: FetchOptions,
  personServer: PersonServer | undefined,
): Promise<string | undefined> {
  if (mission === undefined || /^[A-Za-z0-9_-]{43}$/.test(mission)) return mission
  if (personServer === undefined)
    throw new FetchFailure('a mission is proposed to a person server, and the agent token does not name one')
  return personServer.proposeMission(mission)
}

/** Asks for scopes at the authorization endpoint of the API (draft 11 §6.6). */
async function authorize(
  api: Api,
  agent: Credential,
  scopes: readonly string[],
  {
    origin,
    capabilities,
    caller,
    trace,
    clock,
  }: Ways & {
    readonly origin: string
    readonly capabilities: string
  },
): Promise<Credential> {
  const document = await caller.get(new URL(`${origin}/.well-known/aauth-resource.json`))
  const { authorization_endpoint: endpoint } = readJsonObject(document)
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
    trace.say(`${origin} has no authorization endpoint: the route says which scopes are asked for`)
    return agent
  }
  const url = new URL(endpoint)
  if (!isOnOrigin(url, origin))
    throw new FetchFailure(
      `the authorization endpoint of ${origin} is "${shown(endpoint, 256)}", which is not on its origin: nothing was sent there`,
    )
  const body = new TextEncoder().encode(JSON.stringify({ scope: scopes.join(' ') }))
  const headers = withDefaults([['content-type', 'application/json']], capabilities)
  const { received, credential } = await api.call({ method: 'POST', url, headers, body }, agent, {
    wantsConsent: true,
  })
  // The API asks the person itself, and takes the agent by this token (draft 11 §6.6).
  if (isConsent(received)) return credential
  const { resource_token: resourceToken } = readJsonObject(received)
  if (received.status === 200 && typeof resourceToken === 'string')
    return api.redeem(resourceToken, credential)
  const problem = readProblem(received, clock.now())
  const said = [problem.status, problem.code, problem.detail].filter((text) => text !== undefined)
  throw new FetchFailure(
    `${origin} gives no resource token for these scopes: ${shown(said.join(' '), 512)}`,
    remedyFor(problem),
  )
}

/** What the command can do while it waits (draft 11 §11.7): send the person to a page, and perhaps answer questions. */
function capabilitiesOf({ isPossible }: Clarification): string {
  return isPossible ? 'interaction, clarification' : 'interaction'
}

function withDefaults(headers: FetchOptions['headers'], capabilities: string): FetchOptions['headers'] {
  const hasAccept = headers.some(([name]) => name === 'accept')
  const accept = hasAccept ? [] : [['accept', '*/*'] as const]
  return [...accept, ['aauth-capabilities', capabilities], ...headers]
}
