import { AAuthError } from '../errors.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** What every signature covers (draft 11 §11.3.3.1). Nothing can take one of these away. */
export const baseComponents = ['@method', '@authority', '@path', 'signature-key'] as const

/**
 * The components this request must cover: the base, what the resource or route demands, and the fields that
 * carry authority when they are present.
 *
 * @param demanded of the resource and the route; a header field counts only when the message has content or
 * the field itself, since an absent field cannot be covered
 * @param missionHeader whether `AAuth-Mission` has a meaning here (matrix SIG-10)
 */
export function requiredComponents(
  request: SignedRequest,
  demanded: readonly string[],
  missionHeader: boolean,
): readonly string[] {
  const authorization = request.header('authorization').some((line) => /^aauth(?:$|[ \t])/i.test(line))
  const mission = missionHeader && request.header('aauth-mission').length > 0
  if (demanded.length === 0 && !authorization && !mission) return baseComponents
  const required = new Set<string>(baseComponents)
  if (authorization) required.add('authorization')
  if (mission) required.add('aauth-mission')
  for (const name of demanded) {
    if (name.startsWith('@') || mayHaveContent(request) || request.header(name).length > 0) required.add(name)
  }
  return [...required]
}

/** @throws {AAuthError} `invalid_input` with the complete list (R11-086, R11-090) */
export function checkCoverage(covered: readonly string[], required: readonly string[]): void {
  for (const name of required) {
    if (!covered.includes(name)) {
      throw new AAuthError('invalid_input', { requiredInput: required, hint: `"${name}" is not covered` })
    }
  }
}

function mayHaveContent({ body }: SignedRequest): boolean {
  return body === undefined || body.length > 0
}

/** @throws {TypeError} for a component that no signature could cover (security E26) */
export function checkComponents(components: readonly string[]): readonly string[] {
  if (!Array.isArray(components)) throw new TypeError('components must be a list of names')
  for (const name of components) {
    // A signature cannot cover itself.
    if (
      name === 'signature' ||
      !/^(?:@method|@authority|@path|@query|[a-z0-9!#$%&'*+.^_`|~-]+)$/.test(name)
    ) {
      throw new TypeError(
        `"${name}" is neither @method, @authority, @path, @query nor the lower-case name of a field`,
      )
    }
  }
  return [...components]
}
