import type { Link, LinkStore, LinkVerdict } from '@aauth-guard/core'
import { nameOf, partsOf } from '../names.ts'
import type { Kind } from './kind.ts'

/** The agent providers of keys. */
export const links: Kind<LinkStore> = ({ database, batch, limits, shared }) => ({
  ...shared,
  add: ({ thumbprint, iss, jti, iat, exp, linkedFor, listed }) =>
    database.call('add_link', {
      key: nameOf(thumbprint),
      issuer: nameOf(iss),
      link: nameOf(iss, jti, `${iat}`, `${exp}`),
      linkedFor,
      listed,
      ...limits.links,
    }) as Promise<LinkVerdict>,

  async find({ thumbprint }): Promise<Link | undefined> {
    const found = await batch.ask('find_links', { key: nameOf(thumbprint) })
    if (found === null) return undefined
    const [iss = '', jti = '', iat, exp] = partsOf(found)
    return { thumbprint, iss, jti, iat: Number(iat), exp: Number(exp) }
  },
})
