/**
 * Cedar as a `check`: policies run in this process, so there is nothing to call and nothing that can be slow.
 *
 * The principal is the person, by `personKey`, or the agent if the token does not name a person. Agent, class and mission
 * are in the context. Nothing of the token is passed on as a Cedar value except strings.
 */
import { randomUUID } from 'node:crypto'
import { type Auth, personKey, type RoutedRequest } from '@aauth-guard/core'
import {
  type Context,
  type EntityJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  type TypeAndId,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs'

/** What a route asks about. */
export interface Asked {
  /** As the schema names it. */
  readonly action: string
  readonly resource: TypeAndId
}

export type CedarCheck = (auth: Auth, request: RoutedRequest) => boolean

/**
 * Reads the policies once, and makes checks that ask them.
 * @throws {Error} for policies that are malformed or do not fit the schema, so that a mistake fails at start
 */
export function cedar(
  policies: string,
  schema: string,
): (asked: (request: RoutedRequest) => Asked) => CedarCheck {
  const checked = validate({ schema, policies: { staticPolicies: policies } })
  const faults =
    checked.type === 'failure' ? checked.errors : checked.validationErrors.map(({ error }) => error)
  if (faults.length > 0)
    throw new Error(`the policies are wrong: ${faults.map(({ message }) => message).join('; ')}`)
  // What is prepared stays in the module by its name, for as long as the process runs.
  const name = randomUUID()
  preparseSchema(name, schema)
  preparsePolicySet(name, { staticPolicies: policies })
  return (asked) => (auth, request) => {
    const { action, resource } = asked(request)
    const principal = principalOf(auth)
    const answer = statefulIsAuthorized({
      preparsedPolicySetId: name,
      preparsedSchemaName: name,
      validateRequest: true,
      principal: principal.uid,
      action: { type: 'Action', id: action },
      resource,
      context: contextOf(auth),
      entities: [principal, ...missionOf(auth)],
    })
    // A policy that fails is skipped, and a "forbid" that is skipped forbids nothing. The guard answers 503.
    if (answer.type === 'failure') throw new Error(`Cedar: ${answer.errors[0]?.message}`)
    const { decision, diagnostics } = answer.response
    if (diagnostics.errors.length > 0)
      throw new Error(`Cedar: policy ${diagnostics.errors[0]?.policyId} failed`)
    return decision === 'allow'
  }
}

function principalOf(auth: Auth): EntityJson & { readonly uid: TypeAndId } {
  const person = personKey(auth)
  // The key contains the person server: the same `sub` of two servers is two persons.
  if (person !== undefined)
    return {
      uid: { type: 'AAuth::Person', id: person },
      attrs: { iss: auth.generation === 'person-token' ? auth.ps : auth.iss },
      parents: [],
    }
  return { uid: { type: 'AAuth::Agent', id: auth.agent ?? auth.thumbprint }, attrs: {}, parents: [] }
}

function contextOf(auth: Auth): Context {
  const { agent, class: agentClass, mission, scopes } = auth
  return {
    scopes: [...scopes],
    // Without a class, anybody may have written the name of the agent into the token.
    ...(agent !== undefined && agentClass && { agent: reference('AAuth::Agent', agent) }),
    ...(agentClass && { class: reference('AAuth::Class', agentClass.provider) }),
    ...(mission && { mission: reference('AAuth::Mission', missionId(mission)) }),
  }
}

function missionOf({ mission }: Auth): EntityJson[] {
  if (mission === undefined) return []
  const uid = { type: 'AAuth::Mission', id: missionId(mission) }
  return [{ uid, attrs: { approver: mission.approver }, parents: [] }]
}

/** A digest alone does not identify a mission. */
function missionId({ approver, s256 }: NonNullable<Auth['mission']>): string {
  return JSON.stringify([approver, s256])
}

function reference(type: string, id: string): { readonly __entity: TypeAndId } {
  return { __entity: { type, id } }
}
