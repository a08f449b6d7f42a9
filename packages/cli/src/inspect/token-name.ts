import type { UntrustedToken } from './token.ts'

/** What a token says that it is, such as `an auth token of draft 11`. */
export function nameOf({ kind, generation, header }: UntrustedToken): string {
  if (kind === undefined) return `a token that is not one of AAuth: "typ" is ${JSON.stringify(header.typ)}`
  const name = kind.replace('-', ' ')
  const article = name.startsWith('a') ? 'an' : 'a'
  return `${article} ${name}${draftsOf(kind, generation)}`
}

function draftsOf(kind: UntrustedToken['kind'], generation: UntrustedToken['generation']): string {
  switch (generation) {
    case 'person-token':
      return ' of draft 11'
    case 'mission-header':
      return ' of drafts 01 to 10'
    case 'both':
      return ' with claims of draft 11 and of drafts 01 to 10'
    default:
      return kind === 'agent-token' ? ', which is alike in all drafts' : ' with claims of no known draft'
  }
}
