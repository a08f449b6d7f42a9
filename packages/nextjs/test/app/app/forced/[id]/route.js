import { protect } from '@aauth-guard/nextjs'
import { resource } from '../../../lib/resource.js'

export const dynamic = 'force-static'

/** Nothing is rendered by the build, so it succeeds. */
export const generateStaticParams = () => []

/** It would serve a caller without a credential. */
const requirement = { scope: 'notes.read', optional: true }
export const GET = protect(resource, requirement, (_request, auth) =>
  Response.json({ sub: auth?.sub ?? null }),
)
