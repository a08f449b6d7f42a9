import type { AnyRequirement } from '@aauth-guard/core'
import { asksPerson } from '@aauth-guard/core/adapter'
import type { McpTool } from '../options.ts'

/** What the signature of a request must cover beside the components of the protocol. */
export interface Demanded {
  readonly digest: boolean
  readonly method: boolean
  readonly name: boolean
}

const maxName = 128

/** One entry of a table, with a requirement for each way in which it is called. */
export class Entry {
  readonly key: string
  readonly hidden: boolean
  readonly unsignedArguments: boolean
  readonly #given: AnyRequirement
  /** A resource compiles a requirement once, and knows it by its identity. */
  readonly #requirements = new Map<string, AnyRequirement>()

  /** @throws {TypeError} */
  constructor(key: string, given: McpTool) {
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw new TypeError("the requirement is not an object: write { scope: 'a.scope' }")
    const { hidden = false, unsignedArguments = false, tool = false, ...requirement } = given
    for (const [name, value] of Object.entries({ hidden, unsignedArguments }))
      if (typeof value !== 'boolean') throw new TypeError(`"${name}" is not true or false`)
    if (typeof tool !== 'boolean' && typeof tool !== 'string')
      throw new TypeError('"tool" is not true, false or the name of a tool of a mission')
    if (asksPerson(requirement as AnyRequirement))
      throw new TypeError(
        'requireInteraction cannot be used here, since clients of MCP take its 202 for done: ask on a route of HTTP, and give the agent a session',
      )
    for (const name of ['name', 'optional'])
      if (Object.hasOwn(requirement, name)) throw new TypeError(`"${name}" cannot be set here: leave it out`)
    this.key = key
    this.hidden = hidden
    this.unsignedArguments = unsignedArguments
    const named = tool === true ? key : tool === false ? undefined : tool
    this.#given = { ...requirement, ...(named !== undefined && { tool: named }) } as AnyRequirement
  }

  get alternative(): AnyRequirement['alternative'] {
    return this.#given.alternative
  }

  get scopes(): readonly string[] {
    return this.#given.scope === undefined ? [] : [this.#given.scope].flat()
  }

  /** @param method one of those that the entry is reached by, which events show */
  requirement(method: string, { digest, method: withMethod, name }: Demanded): AnyRequirement {
    const demanded = [
      ...(digest ? ['content-digest'] : []),
      ...(withMethod ? ['mcp-method'] : []),
      ...(name ? ['mcp-name'] : []),
    ]
    const form = `${method} ${demanded.join(' ')}`
    const known = this.#requirements.get(form)
    if (known !== undefined) return known
    const shown = method === '' || method === this.key ? this.key : `${method} ${this.key}`
    const { components = [] } = this.#given
    const requirement: AnyRequirement = Object.freeze({
      ...this.#given,
      name: shown.slice(0, maxName),
      components: [...new Set([...components, ...demanded])],
    })
    this.#requirements.set(form, requirement)
    return requirement
  }
}
