import { AAuthError } from '../errors/aauth-error.ts'
import { namesAAuth } from '../wire/authorization.ts'
import { quoted } from '../wire/quoted.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { countLines } from '../wire/snapshot.ts'

/** What every signature covers (draft 11 §11.3.3.1). Nothing can take one of these away. */
export const baseComponents = ['@method', '@authority', '@path', 'signature-key'] as const

/**
 * The components this request must cover: the base, what the resource or route demands, and the fields that
 * carry authority when they are present.
 *
 * @param demanded of the resource and the route; a header field counts only when the message has content or
 * the field itself, since an absent field cannot be covered
 * @param missionHeader whether `AAuth-Mission` has a meaning here (SIG-10)
 */
export function requiredComponents(
  request: SignedRequest,
  demanded: readonly string[],
  missionHeader: boolean,
): readonly string[] {
  const authorization =
    countLines(request, 'authorization') > 0 && request.header('authorization').some(namesAAuth)
  const mission = missionHeader && countLines(request, 'aauth-mission') > 0
  if (demanded.length === 0 && !authorization && !mission) return baseComponents
  const required = new Set<string>(baseComponents)
  if (authorization) required.add('authorization')
  if (mission) required.add('aauth-mission')
  for (const name of demanded) {
    if (name.startsWith('@') || mayHaveContent(request) || request.header(name).length > 0) required.add(name)
  }
  return [...required]
}

/**
 * What is missing comes first, since the agent can mend that from `required_input`; no list can tell it to leave
 * something out.
 *
 * @param unsupported a covered component with parameters or with a malformed name, as a hint shows it
 * @throws {AAuthError} `invalid_input` with the complete list (R11-086, R11-090), or else `invalid_signature`
 */
export function checkCoverage(
  covered: readonly string[],
  required: readonly string[],
  unsupported: string | undefined,
): void {
  for (const name of required) {
    if (!covered.includes(name)) {
      throw new AAuthError('invalid_input', {
        requiredInput: required,
        hint: `${quoted(name)} is not covered: cover it as well`,
      })
    }
  }
  if (unsupported !== undefined) {
    throw new AAuthError('invalid_signature', {
      hint: `${unsupported} is covered with parameters, or is not the name of a component: leave it out`,
    })
  }
}

function mayHaveContent({ body }: SignedRequest): boolean {
  return body === undefined || body.length > 0
}

const derivable = ['@method', '@authority', '@path', '@query', '@scheme', '@target-uri', '@request-target']
/** The other derived components of RFC 9421; a field of such a name is nothing that anybody means to demand. */
const derivedNames: ReadonlySet<string> = new Set([
  ...derivable,
  '@query-param',
  '@status',
  '@signature-params',
])
const fieldName = /^[a-z0-9!#$%&'*+.^_`|~-]+$/

/** @throws {TypeError} for a component that no signature could cover, or that nobody means (E26) */
export function checkComponents(components: readonly string[], option: string): readonly string[] {
  if (!Array.isArray(components))
    throw new TypeError(`"${option}" must be a list of names: put it in brackets`)
  for (const name of components) {
    if (derivable.includes(name)) continue
    const contains = `"${option}" contains ${quoted(String(name))}`
    if (derivable.includes(`@${name}`))
      throw new TypeError(`${contains}, which would be a header field of that name: did you mean "@${name}"?`)
    // A signature cannot cover itself.
    if (
      typeof name !== 'string' ||
      name === 'signature' ||
      derivedNames.has(`@${name}`) ||
      !fieldName.test(name)
    ) {
      throw new TypeError(
        `${contains}, which no request can be required to cover: name ${derivable.join(', ')} or a header field in lower case`,
      )
    }
  }
  return [...components]
}
